"""The LSTM cell over inputs that are already projected."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

GATES = 4


@keras.saving.register_keras_serializable("textgate")
class LSTMCell(keras.layers.Layer):
    """Long short-term memory (Hochreiter & Schmidhuber 1997) with a forget gate (Gers et al. 2000).

    The cell takes projected inputs, that is inputs times input kernel plus bias, in the order input gate, forget gate,
    candidate, output gate; it adds the recurrent part and applies the gates. Its states are output and memory.
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.state_size = [units, units]
        self.fed_back = 0
        self.output_size = units
        self.recurrent_kernel = self.add_weight(
            shape=(units, GATES * units), initializer="orthogonal", name="recurrent_kernel"
        )

    def kernels(self) -> list[tf.Tensor]:
        """The recurrent kernel <float32>[units, 4 * units]."""
        return [tf.convert_to_tensor(self.recurrent_kernel)]

    def call(self, projected: tf.Tensor, states: list[tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Step <float32>[batch, 4 * units], as `keras.layers.RNN` wants it."""
        recurrent_kernel, *others = self.kernels()
        feedback = tf.matmul(states[self.fed_back], recurrent_kernel)
        states = self.step(self.combine(projected, feedback), states, others)
        return states[0], states

    def combine(self, projected: tf.Tensor, feedback: tf.Tensor) -> tf.Tensor:
        """Pre-activations <float32>[batch, 4 * units]."""
        return projected + feedback

    def step(
        self, pre_activations: tf.Tensor, states: Sequence[tf.Tensor], kernels: Sequence[tf.Tensor]
    ) -> list[tf.Tensor]:
        """Output and memory <float32>[batch, units] after a step, from those before it."""
        gates = tf.split(pre_activations, GATES, axis=1)
        input_gate, forget_gate, output_gate = (tf.sigmoid(gates[index]) for index in (0, 1, 3))
        memory = forget_gate * states[1] + input_gate * tf.tanh(gates[2])
        return [output_gate * tf.tanh(memory), memory]

    @staticmethod
    def initial_bias(units: int) -> list[float]:
        """Bias of the pre-activations: 1 at the forget gate, 0 elsewhere (Gers et al. 2000)."""
        return [float(gate == 1) for gate in range(GATES) for _ in range(units)]

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "units": self.units}
