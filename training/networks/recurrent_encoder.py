"""The recurrent family's encoder: rows of the token table in, a vector a text out."""

from typing import Any

import keras
import tensorflow as tf

from training.config import ModelConfig
from training.networks.cells import make_cell
from training.networks.configured import ConfiguredLayer
from training.networks.pooling import MaskedPooling
from training.networks.recurrent import RecurrentLayer
from training.networks.token_projection import TokenProjection


@keras.saving.register_keras_serializable("textgate")
class RecurrentEncoder(ConfiguredLayer):
    """Recurrent layers and pooling over embedded or one-hot tokens; with one-hot input each direction has its own rows.

    Attributes:
        row_width: width of the rows of the token table.
        row_initializer: what the rows start from.
    """

    def __init__(self, config: ModelConfig, **kwargs: Any) -> None:
        super().__init__(config, **kwargs)
        cells = [make_cell(config) for _ in range(config.layers)]
        self.token_projection = TokenProjection(config, cells[0].input_width, name="token_projection")
        self.row_width = self.token_projection.row_width
        self.row_initializer = "glorot_uniform" if config.encoding == "one_hot" else "uniform"
        self.recurrent_layers = [
            RecurrentLayer(cell, config.recurrent_dropout, name=f"recurrent_{index}")
            for index, cell in enumerate(cells)
        ]
        self.layer_dropout = keras.layers.Dropout(config.layer_dropout, noise_shape=(None, 1, None))
        self.projections = [
            keras.layers.Dense(cell.input_width, use_bias=False, name=f"projection_{index}")
            for index, cell in enumerate(cells[1:], 1)
        ]
        self.pooling = MaskedPooling(config.pooling, cells[-1].directions, name="pooling")

    def call(self, rows: tf.Tensor, token_ids: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Encode rows <float32>[batch, tokens, row_width] of <int32>[batch, tokens] as <float32>[batch, width]."""
        padding_mask = tf.not_equal(token_ids, 0)
        first, *others = self.recurrent_layers
        states = first(self.token_projection(rows, token_ids, training=training), padding_mask, training=training)
        for project, layer in zip(self.projections, others, strict=True):
            projected = project(self.layer_dropout(states, training=training))
            states = layer(projected, padding_mask, training=training)
        return self.pooling(states, padding_mask)
