"""The exported version as a function of texts: what every peer serves."""

import os

import numpy as np
import tensorflow as tf

_model = tf.saved_model.load(os.environ["VERSION_DIRECTORY"])
_signature = _model.signatures["serving_default"]


def predict(texts: list[bytes]) -> np.ndarray:
    """Return <float32>[texts, labels]."""
    return _signature(text=tf.constant(texts, tf.string))["scores"].numpy()


LABELS = predict([b"warm up"] * 4).shape[1]
