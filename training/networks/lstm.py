"""The LSTM cell over inputs that are already projected, for one direction or two side by side."""

from typing import Any

import keras
import tensorflow as tf

GATES = 4


@keras.saving.register_keras_serializable("textgate")
class LSTMCell(keras.layers.Layer):
    """Long short-term memory (Hochreiter & Schmidhuber 1997) with a forget gate (Gers et al. 2000).

    The cell takes pre-activations, that is inputs times input kernel plus bias, in the order direction, gate (input,
    forget, candidate, output), unit; it adds the recurrent part and applies the gates. Directions share nothing but the
    loop that steps them.
    """

    def __init__(self, units: int, directions: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.directions = directions
        self.state_size = [directions * units, directions * units]
        self.output_size = directions * units
        self.recurrent_kernels = [
            self.add_weight(
                shape=(units, GATES * units), initializer="orthogonal", name=f"recurrent_kernel_{direction}"
            )
            for direction in range(directions)
        ]

    def call(self, pre_activations: tf.Tensor, states: list[tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Step <float32>[batch, directions * 4 * units] with states hidden and memory, [batch, directions * units]."""
        per_direction = (tf.split(value, self.directions, axis=1) for value in (pre_activations, *states))
        stepped = [self._step(*values) for values in zip(*per_direction, self.recurrent_kernels, strict=True)]
        hidden, memory = (tf.concat(values, axis=1) for values in zip(*stepped, strict=True))
        return hidden, [hidden, memory]

    def _step(
        self, pre_activation: tf.Tensor, hidden: tf.Tensor, memory: tf.Tensor, kernel: keras.Variable
    ) -> tuple[tf.Tensor, tf.Tensor]:
        gates = tf.split(pre_activation + tf.matmul(hidden, kernel), GATES, axis=1)
        input_gate, forget_gate, output_gate = (tf.sigmoid(gates[index]) for index in (0, 1, 3))
        memory = forget_gate * memory + input_gate * tf.tanh(gates[2])
        return output_gate * tf.tanh(memory), memory

    @staticmethod
    def initial_bias(units: int, directions: int) -> list[float]:
        """Bias of the pre-activations: 1 at the forget gates, 0 elsewhere (Gers et al. 2000)."""
        return [float(gate == 1) for _ in range(directions) for gate in range(GATES) for _ in range(units)]

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "units": self.units, "directions": self.directions}
