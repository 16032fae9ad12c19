"""From the states of all tokens to one vector a text, padding left out."""

from typing import Any

import keras
import tensorflow as tf

POOLINGS = ("max_mean", "max", "mean", "last", "attention")


@keras.saving.register_keras_serializable("textgate")
class MaskedPooling(keras.layers.Layer):
    """Pools states by maximum, mean, both side by side, the last state of each direction, or attention.

    The last state of the backward direction is the one at the first token. Attention is a mean weighted by the softmax
    of tanh(states W + b) times a learned query (Yang et al. 2016). A text without tokens pools to zeros.
    """

    def __init__(self, mode: str, directions: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if mode not in POOLINGS:
            raise ValueError(f"mode must be one of {', '.join(POOLINGS)}; got {mode!r}")
        self.mode = mode
        self.directions = directions

    def build(self, states_shape: tuple[int | None, ...], padding_mask_shape: tuple[int | None, ...]) -> None:
        """Create the weights of attention; the other modes have none."""
        if self.mode == "attention":
            width = states_shape[-1]
            self.kernel = self.add_weight(shape=(width, width), initializer="glorot_uniform", name="kernel")
            self.bias = self.add_weight(shape=(width,), initializer="zeros", name="bias")
            self.query = self.add_weight(shape=(width, 1), initializer="glorot_uniform", name="query")

    def call(self, states: tf.Tensor, padding_mask: tf.Tensor) -> tf.Tensor:
        """Pool <float32>[batch, tokens, width] under <bool>[batch, tokens] to [batch, width] (max_mean: 2 * width)."""
        if self.mode == "last":
            return self._last(states, padding_mask)
        pooled = {"max": self._max, "mean": self._mean, "attention": self._attention}
        return tf.concat([pooled[name](states, padding_mask) for name in self.mode.split("_")], axis=1)

    def _max(self, states: tf.Tensor, padding_mask: tf.Tensor) -> tf.Tensor:
        largest = tf.reduce_max(tf.where(padding_mask[:, :, tf.newaxis], states, states.dtype.min), axis=1)
        return tf.where(tf.reduce_any(padding_mask, axis=1, keepdims=True), largest, 0.0)

    def _mean(self, states: tf.Tensor, padding_mask: tf.Tensor) -> tf.Tensor:
        present = tf.cast(padding_mask, states.dtype)[:, :, tf.newaxis]
        return tf.reduce_sum(states * present, axis=1) / tf.maximum(tf.reduce_sum(present, axis=1), 1.0)

    def _last(self, states: tf.Tensor, padding_mask: tf.Tensor) -> tf.Tensor:
        length = tf.reduce_sum(tf.cast(padding_mask, tf.int32), axis=1)
        last = tf.gather(states, tf.maximum(length - 1, 0), axis=1, batch_dims=1)
        if self.directions == 2:
            width = states.shape[-1] // 2
            last = tf.concat([last[:, :width], states[:, 0, width:]], axis=1)
        return tf.where(length[:, tf.newaxis] > 0, last, 0.0)

    def _attention(self, states: tf.Tensor, padding_mask: tf.Tensor) -> tf.Tensor:
        scores = tf.tanh(tf.matmul(states, self.kernel) + self.bias) @ self.query
        present = padding_mask[:, :, tf.newaxis]
        weights = tf.nn.softmax(tf.where(present, scores, scores.dtype.min), axis=1)
        return tf.reduce_sum(states * tf.where(present, weights, 0.0), axis=1)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "mode": self.mode, "directions": self.directions}
