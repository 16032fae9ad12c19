"""The networks: token ids to logits."""

from training.networks.classifier import TextClassifier, build_model

__all__ = ["TextClassifier", "build_model"]
