"""The Elman cell: a simple recurrent network."""

from typing import Any

import keras
import tensorflow as tf

from training.networks.cell import RecurrentCell


@keras.saving.register_keras_serializable("textgate")
class ElmanCell(RecurrentCell):
    """Feeds the hidden state back (Elman 1990): h_t = tanh(pre-activation + h_(t-1) U)."""

    def __init__(self, units: int, directions: int = 1, **kwargs: Any) -> None:
        super().__init__(units, directions, blocks=1, state_widths=(units,), **kwargs)
        self.recurrent_kernels = self.add_directed_weights("recurrent_kernel", (units, units), "orthogonal")

    def step(self, direction: int, pre_activation: tf.Tensor, *states: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """The state is hidden <float32>[batch, units]."""
        (hidden,) = states
        return (tf.tanh(pre_activation + tf.matmul(hidden, self.recurrent_kernels[direction])),)
