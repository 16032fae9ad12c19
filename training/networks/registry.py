"""Architectures by name: each name gives the encoder of a ModelConfig."""

from collections.abc import Callable
from typing import Protocol

import keras
import tensorflow as tf

from training.config import ModelConfig
from training.networks.cells import BIDIRECTIONAL, CELLS
from training.networks.recurrent_encoder import RecurrentEncoder
from training.networks.transformer_encoder import TransformerEncoder


class Encoder(Protocol):
    """What every architecture provides: a Keras layer from rows of the token table to a vector a text."""

    row_width: int
    row_initializer: str | keras.Initializer

    def __call__(self, rows: tf.Tensor, token_ids: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Encode rows <float32>[batch, tokens, row_width] of <int32>[batch, tokens] as <float32>[batch, width]."""
        ...


ENCODERS: dict[str, Callable[[ModelConfig], Encoder]] = {
    **{
        direction + cell: lambda config: RecurrentEncoder(config, name="encoder")
        for cell in CELLS
        for direction in ("", BIDIRECTIONAL)
    },
    "transformer": lambda config: TransformerEncoder(config, name="encoder"),
}
