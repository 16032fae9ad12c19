"""What a network loses of its inputs in training."""

from typing import Any

import keras
import tensorflow as tf

from training.config import ModelConfig
from training.networks.configured import ConfiguredLayer
from training.networks.dropout import TokenDropout, WordDropout


@keras.saving.register_keras_serializable("textgate")
class InputDropout(ConfiguredLayer):
    """Drops whole tokens, then words everywhere (one-hot input) or elements of all vectors of a text (embedding)."""

    def __init__(self, config: ModelConfig, **kwargs: Any) -> None:
        super().__init__(config, **kwargs)
        self.token_dropout = TokenDropout(config.token_dropout)
        self.one_hot = config.encoding == "one_hot"
        if self.one_hot:
            self.variational_dropout = WordDropout(config.input_dropout)
        else:
            self.variational_dropout = keras.layers.Dropout(config.input_dropout, noise_shape=(None, 1, None))

    def call(self, rows: tf.Tensor, token_ids: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Drop from rows <float32>[batch, tokens, width] of <int32>[batch, tokens]."""
        rows = self.token_dropout(rows, token_ids, training=training)
        if self.one_hot:
            return self.variational_dropout(rows, token_ids, training=training)
        return self.variational_dropout(rows, training=training)
