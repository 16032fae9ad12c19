"""The Transformer encoder: rows of the token table in, a vector a text out."""

from typing import Any

import keras
import tensorflow as tf

from training.config import ModelConfig
from training.networks.configured import ConfiguredLayer
from training.networks.input_dropout import InputDropout
from training.networks.pooling import MaskedPooling
from training.networks.positions import PositionEncoding
from training.networks.transformer_block import EPSILON, TransformerBlock


@keras.saving.register_keras_serializable("textgate")
class TransformerEncoder(ConfiguredLayer):
    """Pre-norm Transformer blocks and pooling over embedded or one-hot tokens (Vaswani et al. 2017).

    With one-hot input the rows of the token table are the vectors of the first block; an embedding is projected.

    Attributes:
        row_width: width of the rows of the token table.
        row_initializer: what the rows start from: vectors of length about one, which the square root of the width then
            brings to the scale of the position encoding.
    """

    def __init__(self, config: ModelConfig, **kwargs: Any) -> None:
        super().__init__(config, **kwargs)
        width = config.units
        self.input_dropout = InputDropout(config, name="input_dropout")
        self.projection = None
        self.row_width = width
        if config.encoding == "embedding":
            self.projection = keras.layers.Dense(width, use_bias=False, name="projection")
            self.row_width = config.embedding_dim
        self.row_initializer = keras.initializers.RandomNormal(stddev=self.row_width**-0.5)
        self.positions = PositionEncoding(config.positions, width, config.max_positions, name="positions")
        self.blocks = [
            TransformerBlock(
                width,
                config.heads,
                config.feed_forward_width,
                config.attention_dropout,
                config.residual_dropout,
                name=f"block_{index}",
            )
            for index in range(config.layers)
        ]
        self.last_norm = keras.layers.LayerNormalization(epsilon=EPSILON, name="last_norm")
        self.pooling = MaskedPooling(config.pooling, name="pooling")

    def call(self, rows: tf.Tensor, token_ids: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Encode rows <float32>[batch, tokens, row_width] of <int32>[batch, tokens] as <float32>[batch, width]."""
        padding_mask = tf.not_equal(token_ids, 0)
        vectors = self.input_dropout(rows, token_ids, training=training)
        if self.projection is not None:
            vectors = self.projection(vectors)
        vectors = self.positions(vectors * self.config.units**0.5)
        for block in self.blocks:
            vectors = block(vectors, padding_mask, training=training)
        return self.pooling(self.last_norm(vectors), padding_mask)
