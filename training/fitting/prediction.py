"""Scoring many encoded texts with a network in memory."""

import numpy as np
import tensorflow as tf

from training.input_pipeline import EncodedCorpus, EncodedTexts, Float32Array, bucket_widths, make_batches, plan_batches
from training.networks import TextClassifier

# Token places of one batch at most: bounds the memory that long texts take.
_PLACES = 32_768


class LogitPredictor:
    """Computes logits of encoded texts; keeps what it compiled for the next call."""

    def __init__(self, model: TextClassifier, batch_size: int = 256) -> None:
        self._label_count = model.label_count
        self._batch_size = batch_size
        self._classify = tf.function(
            lambda token_ids: model(token_ids, training=False),
            input_signature=[tf.TensorSpec([None, None], tf.int32)],
        )

    def __call__(self, texts: EncodedTexts) -> Float32Array:
        """Logits <float32>[texts, labels]."""
        logits = np.zeros((len(texts), self._label_count), np.float32)
        if len(texts) == 0:
            return logits
        widths = bucket_widths(texts)
        batch_size = max(1, min(self._batch_size, _PLACES // widths[-1], len(texts)))
        plans = plan_batches(texts, widths, batch_size)
        unlabelled = EncodedCorpus(texts, np.zeros((len(texts), 0), np.float32))
        for plan, (token_ids, _, _) in zip(plans, make_batches(unlabelled, plans), strict=True):
            present = plan.rows >= 0
            logits[plan.rows[present]] = self._classify(token_ids).numpy()[present]
        return logits


def predict_logits(model: TextClassifier, texts: EncodedTexts, batch_size: int = 256) -> Float32Array:
    """Logits <float32>[texts, labels] of encoded texts, in their order."""
    return LogitPredictor(model, batch_size)(texts)
