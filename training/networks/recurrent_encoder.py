"""The recurrent family's encoder: rows of the token table in, a vector a text out."""

from dataclasses import asdict
from typing import Any

import keras
import tensorflow as tf

from training.config import ModelConfig
from training.networks.dropout import TokenDropout, WordDropout
from training.networks.pooling import MaskedPooling
from training.networks.recurrent import RecurrentLayer


@keras.saving.register_keras_serializable("textgate")
class RecurrentEncoder(keras.layers.Layer):
    """Recurrent layers and pooling over embedded or one-hot tokens.

    With one-hot input the rows of the token table are rows of the first layer's input kernel, own ones a direction.

    Attributes:
        row_width: width of the rows of the token table.
    """

    def __init__(self, config: ModelConfig, directions: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.directions = directions
        self.token_dropout = TokenDropout(config.token_dropout)
        one_hot = config.encoding == "one_hot"
        input_widths = [None if one_hot else config.embedding_dim] + [directions * config.units] * (config.layers - 1)
        self.recurrent_layers = [
            RecurrentLayer(config.units, directions, width, name=f"recurrent_{index}")
            for index, width in enumerate(input_widths)
        ]
        self.row_width = self.recurrent_layers[0].projected_width if one_hot else config.embedding_dim
        self.input_dropout = (
            WordDropout(config.input_dropout)
            if one_hot
            else keras.layers.Dropout(config.input_dropout, noise_shape=(None, 1, None))
        )
        self.pooling = MaskedPooling(config.pooling, directions)

    def call(self, rows: tf.Tensor, token_ids: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Encode rows <float32>[batch, tokens, row_width] of <int32>[batch, tokens] as <float32>[batch, width]."""
        padding_mask = tf.not_equal(token_ids, 0)
        states = self.token_dropout(rows, token_ids, training=training)
        if self.config.encoding == "one_hot":
            states = self.input_dropout(states, token_ids, training=training)
        else:
            states = self.input_dropout(states, training=training)
        for layer in self.recurrent_layers:
            states = layer(states, padding_mask)
        return self.pooling(states, padding_mask)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor, the settings as a dictionary."""
        return {**super().get_config(), "config": asdict(self.config), "directions": self.directions}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "RecurrentEncoder":
        """Inverse of get_config."""
        return cls(**{**config, "config": ModelConfig(**config["config"])})
