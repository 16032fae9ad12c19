"""The recurrent family's encoder: rows of the token table in, a vector a text out."""

from typing import Any

import keras
import tensorflow as tf

from training.config import ModelConfig
from training.networks.cells import make_cells
from training.networks.configured import ConfiguredLayer
from training.networks.input_dropout import InputDropout
from training.networks.pieces import Pieces
from training.networks.pooling import MaskedPooling
from training.networks.recurrent import RecurrentLayer


@keras.saving.register_keras_serializable("textgate")
class RecurrentEncoder(ConfiguredLayer):
    """Recurrent layers and pooling over embedded or one-hot tokens.

    Texts of more than `piece_tokens` are cut into pieces before the first layer, and joined before the pooling.

    With one-hot input the rows of the token table are rows of the first layer's input kernel, own ones a direction.

    Attributes:
        row_width: width of the rows of the token table.
        row_initializer: what the rows start from.
    """

    def __init__(self, config: ModelConfig, **kwargs: Any) -> None:
        super().__init__(config, **kwargs)
        one_hot = config.encoding == "one_hot"
        cells = [make_cells(config) for _ in range(config.layers)]
        directions = len(cells[0])
        input_widths = [None if one_hot else config.embedding_dim] + [directions * config.units] * (config.layers - 1)
        self.input_dropout = InputDropout(config, name="input_dropout")
        self.recurrent_layers = [
            RecurrentLayer(cells[index], width, config.recurrent_dropout, name=f"recurrent_{index}")
            for index, width in enumerate(input_widths)
        ]
        self.row_width = self.recurrent_layers[0].projected_width if one_hot else config.embedding_dim
        self.row_initializer = "glorot_uniform" if one_hot else "uniform"
        self.pieces = Pieces(config.piece_tokens)
        self.layer_dropout = keras.layers.Dropout(config.layer_dropout, noise_shape=(None, 1, None))
        self.pooling = MaskedPooling(config.pooling, directions, name="pooling")

    def call(self, rows: tf.Tensor, token_ids: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Encode rows <float32>[batch, tokens, row_width] of <int32>[batch, tokens] as <float32>[batch, width]."""
        batch, padding_mask = tf.shape(token_ids)[0], self.pieces.cut(tf.not_equal(token_ids, 0))
        states = self.pieces.cut(self.input_dropout(rows, token_ids, training=training))
        first, *others = self.recurrent_layers
        states = first(states, padding_mask, training=training)
        for layer in others:
            states = layer(self.layer_dropout(states, training=training), padding_mask, training=training)
        return self.pooling(self.pieces.join(states, batch), self.pieces.join(padding_mask, batch))
