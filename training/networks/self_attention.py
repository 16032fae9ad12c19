"""Multi-head self-attention."""

from typing import Any

import keras
import tensorflow as tf

from training.networks.composite import CompositeLayer


@keras.saving.register_keras_serializable("textgate")
class SelfAttention(CompositeLayer):
    """Scaled dot-product attention of each token to all tokens of its text, in several heads (Vaswani et al. 2017).

    Query, key and value come from one product, in this order, each in the order head, unit.
    """

    def __init__(self, width: int, heads: int, dropout: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if width % heads:
            raise ValueError(f"width must be a multiple of heads, got width {width} and heads {heads}")
        self.width = width
        self.heads = heads
        self.dropout = dropout
        self.input_projection = keras.layers.Dense(3 * width, name="query_key_value")
        self.weight_dropout = keras.layers.Dropout(dropout)
        self.output_projection = keras.layers.Dense(width, name="output")

    def call(self, vectors: tf.Tensor, padding_mask: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Attend.

        Args:
            vectors: <float32>[batch, tokens, width].
            padding_mask: <bool>[batch, tokens], true at tokens: nothing attends to padding.
            training: whether attention weights are dropped.

        Returns:
            <float32>[batch, tokens, width]; finite, and without meaning, at padding.
        """
        batch, tokens = tf.unstack(tf.shape(padding_mask))
        head_width = self.width // self.heads
        projected = tf.reshape(self.input_projection(vectors), (batch, tokens, 3, self.heads, head_width))
        query, key, value = tf.unstack(tf.transpose(projected, (2, 0, 3, 1, 4)))
        scores = tf.matmul(query * head_width**-0.5, key, transpose_b=True)
        scores = tf.where(padding_mask[:, tf.newaxis, tf.newaxis], scores, scores.dtype.min)
        weights = self.weight_dropout(tf.nn.softmax(scores), training=training)
        mixed = tf.transpose(tf.matmul(weights, value), (0, 2, 1, 3))
        return self.output_projection(tf.reshape(mixed, (batch, tokens, self.width)))

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "width": self.width, "heads": self.heads, "dropout": self.dropout}
