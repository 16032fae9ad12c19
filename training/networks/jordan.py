"""The Jordan cell: a simple recurrent network that remembers what it said, not what it thought."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from training.networks.cell import RecurrentCell


@keras.saving.register_keras_serializable("textgate")
class JordanCell(RecurrentCell):
    """Feeds the output back (Jordan 1986), through a context that decays where it does not vanish at once.

    h_t = tanh(projected input + c_t U), y_t = activation(h_t V + b), c_(t+1) = decay * c_t + y_t, and c_1 = 0. Hidden
    states meet only through the output y, whose width and squashing bound what is remembered. Were V the identity and
    the activation linear, this would be an Elman cell.

    Attributes:
        output_kernel: V, <float32>[units, context_width].
        output_bias: b, <float32>[context_width].
    """

    def __init__(
        self,
        units: int,
        context_width: int = 128,
        context_decay: float = 0.0,
        context_activation: str = "tanh",
        **kwargs: Any,
    ) -> None:
        super().__init__(units, projected_width=units, state_size=(units, context_width), fed_back=1, **kwargs)
        self.context_width = context_width
        self.context_decay = context_decay
        self.context_activation = keras.activations.get(context_activation)
        self.output_kernel = self.add_weight(
            shape=(units, context_width), initializer="glorot_uniform", name="output_kernel"
        )
        self.output_bias = self.add_weight(shape=(context_width,), initializer="zeros", name="output_bias")

    def step(
        self, pre_activations: tf.Tensor, states: Sequence[tf.Tensor], kernels: Sequence[tf.Tensor]
    ) -> list[tf.Tensor]:
        """Hidden state <float32>[batch, units] and context [batch, context_width]; only the context is read."""
        output_kernel, output_bias = kernels
        hidden = tf.tanh(pre_activations)
        output = self.context_activation(tf.matmul(hidden, output_kernel) + output_bias)
        return [hidden, self.context_decay * states[1] + output]

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {
            **super().get_config(),
            "context_width": self.context_width,
            "context_decay": self.context_decay,
            "context_activation": keras.activations.serialize(self.context_activation),
        }
