"""A block of the Transformer encoder."""

from typing import Any

import keras
import tensorflow as tf

from training.networks.composite import CompositeLayer
from training.networks.self_attention import SelfAttention

EPSILON = 1e-6


@keras.saving.register_keras_serializable("textgate")
class TransformerBlock(CompositeLayer):
    """Self-attention, then a feed-forward network at each token, both added to what came in (Vaswani et al. 2017).

    Each reads a normalised copy (pre-norm, Xiong et al. 2020), which trains without a long warm-up.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        feed_forward_width: int,
        attention_dropout: float = 0.0,
        residual_dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.width = width
        self.heads = heads
        self.feed_forward_width = feed_forward_width
        self.attention_dropout = attention_dropout
        self.residual_dropout = residual_dropout
        self.attention_norm = keras.layers.LayerNormalization(epsilon=EPSILON, name="attention_norm")
        self.attention = SelfAttention(width, heads, attention_dropout, name="attention")
        self.feed_forward_norm = keras.layers.LayerNormalization(epsilon=EPSILON, name="feed_forward_norm")
        self.inner = keras.layers.Dense(feed_forward_width, activation="relu", name="inner")
        self.outer = keras.layers.Dense(width, name="outer")
        self.dropout = keras.layers.Dropout(residual_dropout)

    def call(self, vectors: tf.Tensor, padding_mask: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Transform <float32>[batch, tokens, width] under <bool>[batch, tokens], true at tokens; the shape stays."""
        attended = self.attention(self.attention_norm(vectors), padding_mask, training=training)
        vectors += self.dropout(attended, training=training)
        transformed = self.outer(self.inner(self.feed_forward_norm(vectors)))
        return vectors + self.dropout(transformed, training=training)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {
            **super().get_config(),
            "width": self.width,
            "heads": self.heads,
            "feed_forward_width": self.feed_forward_width,
            "attention_dropout": self.attention_dropout,
            "residual_dropout": self.residual_dropout,
        }
