"""The Elman cell: a simple recurrent network."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from training.networks.cell import RecurrentCell


@keras.saving.register_keras_serializable("textgate")
class ElmanCell(RecurrentCell):
    """Feeds the hidden state back (Elman 1990): h_t = tanh(projected input + h_(t-1) U)."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(units, projected_width=units, state_size=(units,), **kwargs)

    def step(
        self, pre_activations: tf.Tensor, states: Sequence[tf.Tensor], kernels: Sequence[tf.Tensor]
    ) -> list[tf.Tensor]:
        """The hidden state <float32>[batch, units]."""
        return [tf.tanh(pre_activations)]
