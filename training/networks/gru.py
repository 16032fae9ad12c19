"""The GRU cell."""

from typing import Any

import keras
import tensorflow as tf

from training.networks.cell import RecurrentCell

BLOCKS = 3


@keras.saving.register_keras_serializable("textgate")
class GRUCell(RecurrentCell):
    """Gated recurrent unit (Cho et al. 2014), with the reset gate behind the recurrent product, as in Keras and cuDNN.

    The blocks are update gate, reset gate, candidate. The candidate has a bias inside of the reset gate too; the gates
    need no second one.

    Attributes:
        candidate_biases: for each direction <float32>[units].
    """

    def __init__(self, units: int, directions: int = 1, **kwargs: Any) -> None:
        super().__init__(units, directions, blocks=BLOCKS, state_widths=(units,), **kwargs)
        self.recurrent_kernels = self.add_directed_weights("recurrent_kernel", (units, BLOCKS * units), "orthogonal")
        self.candidate_biases = self.add_directed_weights("candidate_bias", (units,), "zeros")

    def step(self, direction: int, pre_activation: tf.Tensor, *states: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """The state is hidden <float32>[batch, units]."""
        (hidden,) = states
        recurrent = tf.matmul(hidden, self.recurrent_kernels[direction])
        update_input, reset_input, candidate_input = tf.split(pre_activation, BLOCKS, axis=1)
        update_part, reset_part, candidate_part = tf.split(recurrent, BLOCKS, axis=1)
        update_gate = tf.sigmoid(update_input + update_part)
        reset_gate = tf.sigmoid(reset_input + reset_part)
        candidate = tf.tanh(candidate_input + reset_gate * (candidate_part + self.candidate_biases[direction]))
        return (candidate + update_gate * (hidden - candidate),)
