"""Architectures by name: each name gives the encoder of a ModelConfig."""

from collections.abc import Callable
from typing import Protocol

import tensorflow as tf

from training.config import ModelConfig
from training.networks.recurrent_encoder import RecurrentEncoder


class Encoder(Protocol):
    """What every architecture provides: a Keras layer from rows of the token table to a vector a text."""

    row_width: int

    def __call__(self, rows: tf.Tensor, token_ids: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Encode rows <float32>[batch, tokens, row_width] of <int32>[batch, tokens] as <float32>[batch, width]."""
        ...


ENCODERS: dict[str, Callable[[ModelConfig], Encoder]] = {
    "lstm": lambda config: RecurrentEncoder(config, directions=1, name="encoder"),
    "bidirectional_lstm": lambda config: RecurrentEncoder(config, directions=2, name="encoder"),
}
