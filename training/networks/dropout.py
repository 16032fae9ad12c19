"""Dropout of whole tokens: of single places, or of a word wherever it stands in a text."""

from typing import Any

import keras
import tensorflow as tf

_WORD_BUCKETS = 1021


class _TokenRowDropout(keras.layers.Layer):
    """Base: zeroes whole rows in training, scales the others by 1 / (1 - rate)."""

    def __init__(self, rate: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"rate must be at least 0 and less than 1, got {rate}")
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, rows: tf.Tensor, token_ids: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Drop from <float32>[batch, tokens, width] the rows of some of <int32>[batch, tokens]."""
        if not training or self.rate == 0:
            return rows
        kept = tf.cast(self._draw(token_ids) >= self.rate, rows.dtype)
        return rows * (kept / (1 - self.rate))[:, :, tf.newaxis]

    def _draw(self, token_ids: tf.Tensor) -> tf.Tensor:
        """Uniform <float32>[batch, tokens] of [0, 1)."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "rate": self.rate}


@keras.saving.register_keras_serializable("textgate")
class TokenDropout(_TokenRowDropout):
    """Drops each token of each text by itself."""

    def _draw(self, token_ids: tf.Tensor) -> tf.Tensor:
        return keras.random.uniform(tf.shape(token_ids), seed=self.seed_generator)


@keras.saving.register_keras_serializable("textgate")
class WordDropout(_TokenRowDropout):
    """Drops a word of a text at all its places at once: variational dropout on one-hot vectors (Gal & Ghahramani 2016).

    Words fall into a fixed number of buckets that share their fate, so that the cost does not depend on the vocabulary.
    """

    def _draw(self, token_ids: tf.Tensor) -> tf.Tensor:
        draws = keras.random.uniform((tf.shape(token_ids)[0], _WORD_BUCKETS), seed=self.seed_generator)
        return tf.gather(draws, token_ids % _WORD_BUCKETS, batch_dims=1)
