"""A trained network as it is exported: the same logits, by a graph that does only what scoring needs."""

from training.networks.inference.network import InferenceNetwork

__all__ = ["InferenceNetwork"]
