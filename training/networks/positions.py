"""Position encodings: what tells a Transformer where a token stands."""

from typing import Any

import keras
import tensorflow as tf

KINDS = ("sinusoidal", "learned", "none")
LONGEST_WAVE = 10_000.0


@keras.saving.register_keras_serializable("textgate")
class PositionEncoding(keras.layers.Layer):
    """Adds to the vector of each token one for its position (Vaswani et al. 2017), or nothing.

    Sinusoidal: sin(position / 10000^(2i / width)) at 2i and the cosine of the same at 2i + 1. Learned: a table of
    `max_positions` rows, the last of which is that of all later positions too.
    """

    def __init__(self, kind: str, width: int, max_positions: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}; got {kind!r}")
        self.kind = kind
        self.width = width
        self.max_positions = max_positions
        if kind == "learned":
            initializer = keras.initializers.RandomNormal(stddev=0.02)
            self.table = self.add_weight(shape=(max_positions, width), initializer=initializer, name="table")

    def call(self, vectors: tf.Tensor) -> tf.Tensor:
        """Encode the positions of <float32>[batch, tokens, width]; the shape stays."""
        positions = tf.range(tf.shape(vectors)[1])
        if self.kind == "sinusoidal":
            return vectors + sinusoids(positions, self.width)
        if self.kind == "learned":
            return vectors + tf.gather(self.table.value, tf.minimum(positions, self.max_positions - 1))
        return vectors

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {
            **super().get_config(),
            "kind": self.kind,
            "width": self.width,
            "max_positions": self.max_positions,
        }


def sinusoids(positions: tf.Tensor, width: int) -> tf.Tensor:
    """Sine and cosine in turn, of waves that grow longer: <int32>[tokens] to <float32>[tokens, width]."""
    column = tf.range(width)
    exponent = tf.cast(column - column % 2, tf.float32) / width
    angle = tf.cast(positions, tf.float32)[:, tf.newaxis] * tf.pow(LONGEST_WAVE, -exponent)
    return tf.where(column % 2 == 0, tf.sin(angle), tf.cos(angle))
