"""Scoring many encoded texts with a network in memory."""

import numpy as np
import tensorflow as tf

from training.input_pipeline import EncodedCorpus, EncodedTexts, Float32Array, bucket_widths, make_batches, plan_batches
from training.networks import TextClassifier


class LogitPredictor:
    """Computes logits of encoded texts; keeps what it compiled for the next call."""

    def __init__(self, model: TextClassifier, batch_size: int = 256, jit_compile: bool = False) -> None:
        self._label_count = model.label_count
        self._batch_size = batch_size
        self._classify = tf.function(
            lambda token_ids: model(token_ids, training=False),
            input_signature=[tf.TensorSpec([None, None], tf.int32)],
            jit_compile=jit_compile,
        )

    def __call__(self, texts: EncodedTexts) -> Float32Array:
        """Logits <float32>[texts, labels]."""
        logits = np.zeros((len(texts), self._label_count), np.float32)
        if len(texts) == 0:
            return logits
        plans = plan_batches(texts, bucket_widths(texts), min(self._batch_size, len(texts)))
        unlabelled = EncodedCorpus(texts, np.zeros((len(texts), 0), np.float32))
        for plan, (token_ids, _, _) in zip(plans, make_batches(unlabelled, plans), strict=True):
            present = plan.rows >= 0
            logits[plan.rows[present]] = self._classify(token_ids).numpy()[present]
        return logits


def predict_logits(model: TextClassifier, texts: EncodedTexts, batch_size: int = 256) -> Float32Array:
    """Logits <float32>[texts, labels] of encoded texts, in their order."""
    return LogitPredictor(model, batch_size)(texts)
