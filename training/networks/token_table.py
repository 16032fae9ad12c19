"""Where tokens enter a network: a table with one trainable row a token, read by gathering rows."""

from typing import Any

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("textgate")
class TokenTable(keras.layers.Layer):
    """One row a token: an embedding, or the input kernel of a network that takes one-hot vectors.

    A one-hot vector times a kernel is a row of that kernel, so the product is never computed and its cost does not
    depend on the size of the vocabulary (Johnson & Zhang 2016).

    Attributes:
        table: <float32>[vocabulary, width].
    """

    def __init__(
        self, vocabulary_size: int, width: int, initializer: str | keras.Initializer = "glorot_uniform", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.width = width
        self.initializer = keras.initializers.get(initializer)
        self.table = self.add_weight(
            shape=(vocabulary_size, width), initializer=self.initializer, name="table", dtype="float32"
        )

    def call(self, token_ids: tf.Tensor) -> tf.Tensor:
        """Rows <float32>[batch, tokens, width] of <int32>[batch, tokens]."""
        return tf.gather(self.table.value, token_ids)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "width": self.width,
            "initializer": keras.initializers.serialize(self.initializer),
        }
