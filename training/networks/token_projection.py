"""From rows of the token table to the inputs of a network's first layer."""

from typing import Any

import keras
import tensorflow as tf

from training.config import ModelConfig
from training.networks.configured import ConfiguredLayer
from training.networks.dropout import TokenDropout, WordDropout


@keras.saving.register_keras_serializable("textgate")
class TokenProjection(ConfiguredLayer):
    """Drops tokens in training and brings rows to the width of the first layer.

    With one-hot input the rows are rows of the first layer's input kernel and have that width. With an embedding they
    are projected, once for all tokens.

    Attributes:
        row_width: width of the rows of the token table.
    """

    def __init__(self, config: ModelConfig, width: int, **kwargs: Any) -> None:
        super().__init__(config, **kwargs)
        self.width = width
        self.token_dropout = TokenDropout(config.token_dropout)
        self.one_hot = config.encoding == "one_hot"
        if self.one_hot:
            self.row_width = width
            self.input_dropout = WordDropout(config.input_dropout)
        else:
            self.row_width = config.embedding_dim
            self.input_dropout = keras.layers.Dropout(config.input_dropout, noise_shape=(None, 1, None))
            self.project = keras.layers.Dense(width, use_bias=False, name="projection")

    def call(self, rows: tf.Tensor, token_ids: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Project rows <float32>[batch, tokens, row_width] of <int32>[batch, tokens] to [batch, tokens, width]."""
        rows = self.token_dropout(rows, token_ids, training=training)
        if self.one_hot:
            return self.input_dropout(rows, token_ids, training=training)
        return self.project(self.input_dropout(rows, training=training))

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor, the settings as a dictionary."""
        return {**super().get_config(), "width": self.width}
