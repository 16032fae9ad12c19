"""The Jordan cell: a simple recurrent network that remembers what it said, not what it thought."""

from typing import Any

import keras
import tensorflow as tf

from training.networks.cell import RecurrentCell


@keras.saving.register_keras_serializable("textgate")
class JordanCell(RecurrentCell):
    """Feeds the output back (Jordan 1986), through a context that decays where it does not vanish at once.

    h_t = tanh(pre-activation + c_t U), y_t = activation(h_t V + b), c_(t+1) = decay * c_t + y_t, and c_1 = 0. Hidden
    states meet only through the output y, whose width and squashing bound what is remembered. Were V the identity and
    the activation linear, this would be an Elman cell.

    Attributes:
        output_kernels: V for each direction, <float32>[units, context_width].
        output_biases: b for each direction, <float32>[context_width].
    """

    def __init__(
        self,
        units: int,
        directions: int = 1,
        context_width: int = 128,
        context_decay: float = 0.0,
        context_activation: str = "tanh",
        **kwargs: Any,
    ) -> None:
        super().__init__(units, directions, blocks=1, state_widths=(units, context_width), **kwargs)
        self.context_width = context_width
        self.context_decay = context_decay
        self.context_activation = keras.activations.get(context_activation)
        self.recurrent_kernels = self.add_directed_weights("recurrent_kernel", (context_width, units), "orthogonal")
        self.output_kernels = self.add_directed_weights("output_kernel", (units, context_width), "glorot_uniform")
        self.output_biases = self.add_directed_weights("output_bias", (context_width,), "zeros")

    def step(self, direction: int, pre_activation: tf.Tensor, *states: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """The states are hidden <float32>[batch, units], which is not read, and context [batch, context_width]."""
        _, context = states
        hidden = tf.tanh(pre_activation + tf.matmul(context, self.recurrent_kernels[direction]))
        output = self.context_activation(
            tf.matmul(hidden, self.output_kernels[direction]) + self.output_biases[direction]
        )
        return hidden, self.context_decay * context + output

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {
            **super().get_config(),
            "context_width": self.context_width,
            "context_decay": self.context_decay,
            "context_activation": keras.activations.serialize(self.context_activation),
        }
