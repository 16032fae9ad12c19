"""The GRU cell."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from training.networks.cell import RecurrentCell


@keras.saving.register_keras_serializable("textgate")
class GRUCell(RecurrentCell):
    """Gated recurrent unit (Cho et al. 2014), with the reset gate behind the recurrent product, as in Keras and cuDNN.

    Projected inputs stand in the order update gate, reset gate, candidate. The candidate has a bias inside of the reset
    gate too; the gates need no second one.

    Attributes:
        candidate_bias: <float32>[units].
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(units, projected_width=3 * units, state_size=(units,), **kwargs)
        self.candidate_bias = self.add_weight(shape=(units,), initializer="zeros", name="candidate_bias")

    def combine(self, projected: tf.Tensor, feedback: tf.Tensor) -> tf.Tensor:
        """Update gate, reset gate, and the candidate's two parts, which the reset gate keeps apart."""
        gates = projected[..., : 2 * self.units] + feedback[..., : 2 * self.units]
        return tf.concat([gates, projected[..., 2 * self.units :], feedback[..., 2 * self.units :]], axis=-1)

    def step(
        self, pre_activations: tf.Tensor, states: Sequence[tf.Tensor], kernels: Sequence[tf.Tensor]
    ) -> list[tf.Tensor]:
        """The hidden state <float32>[batch, units]."""
        (hidden,), (candidate_bias,) = states, kernels
        update, reset, candidate_input, candidate_feedback = tf.split(pre_activations, 4, axis=1)
        candidate = tf.tanh(candidate_input + tf.sigmoid(reset) * (candidate_feedback + candidate_bias))
        return [candidate + tf.sigmoid(update) * (hidden - candidate)]
