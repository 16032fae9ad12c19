"""What a recurrent cell is: projected inputs and states in, new states out."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf


class RecurrentCell(keras.layers.Layer):
    """Base of the cells: one step of a recurrence in one direction.

    A cell takes projected inputs, that is inputs times input kernel plus bias, so that all tokens of a text can be
    projected in one product. It is stepped by `keras.layers.RNN`, and in training by `CompiledRecurrence`, which needs
    the step in three parts: the product of a state and the recurrent kernel, `combine`, and the rest, `step`.

    Attributes:
        projected_width: width of the projected inputs, and of the recurrent kernel.
        state_size: widths of the states; the first state is the output.
        output_size: width of the first state.
        fed_back: which state the recurrent kernel multiplies.
        recurrent_kernel: <float32>[state, projected_width].
    """

    def __init__(
        self, units: int, projected_width: int, state_size: Sequence[int], fed_back: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.projected_width = projected_width
        self.state_size = list(state_size)
        self.output_size = self.state_size[0]
        self.fed_back = fed_back
        self.recurrent_kernel = self.add_weight(
            shape=(self.state_size[fed_back], projected_width), initializer="orthogonal", name="recurrent_kernel"
        )

    def initial_bias(self) -> list[float]:
        """What the bias of the projected inputs starts from, `projected_width` numbers."""
        return [0.0] * self.projected_width

    def kernels(self) -> list[tf.Tensor]:
        """The weights of a step, as tensors: the recurrent kernel first."""
        return [tf.convert_to_tensor(weight) for weight in self.weights]

    def call(self, projected: tf.Tensor, states: Sequence[tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Output and new states after <float32>[batch, projected_width], as `keras.layers.RNN` wants it."""
        recurrent_kernel, *others = self.kernels()
        feedback = tf.matmul(states[self.fed_back], recurrent_kernel)
        states = self.step(self.combine(projected, feedback), states, others)
        return states[0], states

    def combine(self, projected: tf.Tensor, feedback: tf.Tensor) -> tf.Tensor:
        """Pre-activations of projected inputs and of state times recurrent kernel, [.., projected_width] both.

        Linear in both: this is what `CompiledRecurrence` builds on.
        """
        return projected + feedback

    def step(
        self, pre_activations: tf.Tensor, states: Sequence[tf.Tensor], kernels: Sequence[tf.Tensor]
    ) -> list[tf.Tensor]:
        """New states, of the arguments alone; `kernels` are those of the cell but for the first."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor that all cells have."""
        return {**super().get_config(), "units": self.units}
