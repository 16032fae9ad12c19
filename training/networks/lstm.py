"""The LSTM cell."""

from typing import Any

import keras
import tensorflow as tf

from training.networks.cell import RecurrentCell

GATES = 4


@keras.saving.register_keras_serializable("textgate")
class LSTMCell(RecurrentCell):
    """Long short-term memory (Hochreiter & Schmidhuber 1997) with a forget gate (Gers et al. 2000).

    The blocks are input gate, forget gate, candidate, output gate.
    """

    def __init__(self, units: int, directions: int = 1, **kwargs: Any) -> None:
        super().__init__(units, directions, blocks=GATES, state_widths=(units, units), **kwargs)
        self.recurrent_kernels = self.add_directed_weights("recurrent_kernel", (units, GATES * units), "orthogonal")

    def step(self, direction: int, pre_activation: tf.Tensor, *states: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """The states are hidden and memory, both <float32>[batch, units]."""
        hidden, memory = states
        gates = tf.split(pre_activation + tf.matmul(hidden, self.recurrent_kernels[direction]), GATES, axis=1)
        input_gate, forget_gate, output_gate = (tf.sigmoid(gates[index]) for index in (0, 1, 3))
        memory = forget_gate * memory + input_gate * tf.tanh(gates[2])
        return output_gate * tf.tanh(memory), memory

    def initial_bias(self) -> list[float]:
        """1 at the forget gates, 0 elsewhere (Gers et al. 2000)."""
        return [float(gate == 1) for _ in range(self.directions) for gate in range(GATES) for _ in range(self.units)]
