"""The LSTM cell."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from training.networks.cell import RecurrentCell

GATES = 4


@keras.saving.register_keras_serializable("textgate")
class LSTMCell(RecurrentCell):
    """Long short-term memory (Hochreiter & Schmidhuber 1997) with a forget gate (Gers et al. 2000).

    Projected inputs stand in the order input gate, forget gate, candidate, output gate.
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(units, projected_width=GATES * units, state_size=(units, units), **kwargs)

    def step(
        self, pre_activations: tf.Tensor, states: Sequence[tf.Tensor], kernels: Sequence[tf.Tensor]
    ) -> list[tf.Tensor]:
        """Output and memory, both <float32>[batch, units]."""
        gates = tf.split(pre_activations, GATES, axis=1)
        input_gate, forget_gate, output_gate = (tf.sigmoid(gates[index]) for index in (0, 1, 3))
        memory = forget_gate * states[1] + input_gate * tf.tanh(gates[2])
        return [output_gate * tf.tanh(memory), memory]

    def initial_bias(self) -> list[float]:
        """1 at the forget gate, 0 elsewhere (Gers et al. 2000)."""
        return [float(gate == 1) for gate in range(GATES) for _ in range(self.units)]
