"""What a recurrent cell is: pre-activations and states in, new states out, for one direction or two side by side."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf


class RecurrentCell(keras.layers.Layer):
    """Base of the cells, which `keras.layers.RNN` steps over the tokens of a text.

    A cell takes pre-activations, that is inputs times input kernel plus bias, so that all tokens of a text are
    projected in one product; it adds what depends on its states. Pre-activations stand in the order direction, block,
    unit, states in the order direction, unit. The first state is the output. Directions share nothing but the loop.

    Attributes:
        blocks: pre-activations a unit; a gate has a block of its own.
        input_width: width of the pre-activations.
        state_size: width of each state.
        output_size: width of the first state.
        recurrent_kernels: for each direction, what leads from the states back into the cell.
    """

    recurrent_kernels: Sequence[keras.Variable]

    def __init__(self, units: int, directions: int, blocks: int, state_widths: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.directions = directions
        self.blocks = blocks
        self.input_width = directions * blocks * units
        self.state_size = [directions * width for width in state_widths]
        self.output_size = self.state_size[0]

    def initial_bias(self) -> list[float]:
        """What the bias of the pre-activations starts from, `input_width` numbers."""
        return [0.0] * self.input_width

    def call(self, pre_activations: tf.Tensor, states: Sequence[tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Output and new states after one token.

        Args:
            pre_activations: <float32>[batch, input_width].
            states: <float32>[batch, width] for each width in `state_size`.
        """
        per_direction = [tf.split(value, self.directions, axis=1) for value in (pre_activations, *states)]
        stepped = [self.step(direction, *values) for direction, values in enumerate(zip(*per_direction, strict=True))]
        new_states = [tf.concat(values, axis=1) for values in zip(*stepped, strict=True)]
        return new_states[0], new_states

    def step(self, direction: int, pre_activation: tf.Tensor, *states: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """New states of one direction from its part of `pre_activations` and `states`."""
        raise NotImplementedError

    def add_directed_weights(self, name: str, shape: tuple[int, ...], initializer: str) -> list[keras.Variable]:
        """Create one weight of this shape for each direction."""
        return [
            self.add_weight(shape=shape, initializer=initializer, name=f"{name}_{direction}")
            for direction in range(self.directions)
        ]

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor that all cells have."""
        return {**super().get_config(), "units": self.units, "directions": self.directions}
