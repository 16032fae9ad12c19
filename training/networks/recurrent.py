"""A recurrent layer: steps a cell over the tokens of a text, forward or in both directions."""

from typing import Any

import keras
import tensorflow as tf

from training.networks.lstm import GATES, LSTMCell


@keras.saving.register_keras_serializable("textgate")
class RecurrentLayer(keras.layers.Layer):
    """An LSTM over projected inputs, forward (directions 1) or bidirectional (2, Schuster & Paliwal 1997).

    The backward direction reads the reversed, padded text, so padding comes first there. Padding needs no mask in the
    loop: its pre-activations are zero, and a zero state with zero pre-activations stays exactly zero. In the forward
    direction padding comes last; the states there mean nothing and are for the pooling to leave out.
    """

    def __init__(self, units: int, directions: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.directions = directions
        self.rnn = keras.layers.RNN(LSTMCell(units, directions, name="cell"), return_sequences=True, name="rnn")
        initial_bias = LSTMCell.initial_bias(units, directions)
        self.bias = self.add_weight(
            shape=(self.input_width,), initializer=lambda shape, dtype: tf.constant(initial_bias, dtype), name="bias"
        )

    @property
    def input_width(self) -> int:
        """Width of the projected inputs."""
        return self.directions * GATES * self.units

    def call(self, projected_inputs: tf.Tensor, padding_mask: tf.Tensor) -> tf.Tensor:
        """States of all tokens.

        Args:
            projected_inputs: <float32>[batch, tokens, directions * 4 * units], without bias.
            padding_mask: <bool>[batch, tokens], true at tokens, false at padding.

        Returns:
            <float32>[batch, tokens, directions * units], forward states first.
        """
        present = tf.cast(padding_mask, projected_inputs.dtype)[:, :, tf.newaxis]
        return self._flip_backward(self.rnn(self._flip_backward((projected_inputs + self.bias) * present)))

    def _flip_backward(self, values: tf.Tensor) -> tf.Tensor:
        """Reverse the tokens in the half that belongs to the backward direction; its own inverse."""
        if self.directions == 1:
            return values
        forward, backward = tf.split(values, 2, axis=2)
        return tf.concat([forward, tf.reverse(backward, axis=[1])], axis=2)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "units": self.units, "directions": self.directions}
