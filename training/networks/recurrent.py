"""A recurrent layer: steps a cell over the tokens of a text, forward or in both directions."""

from typing import Any

import keras
import tensorflow as tf

from training.networks.lstm import GATES, LSTMCell
from training.networks.recurrence import CompiledRecurrence, is_compiled


@keras.saving.register_keras_serializable("textgate")
class RecurrentLayer(keras.layers.Layer):
    """An LSTM, forward (directions 1) or bidirectional (2, Schuster & Paliwal 1997).

    Without an input width the inputs are projected already: rows of the input kernel that one-hot vectors select.

    The backward direction reads the reversed, padded text, so padding comes first there. Padding needs no mask in the
    loop: its projected inputs are zero, and a zero state with zero inputs stays exactly zero. In the forward direction
    padding comes last; the states there mean nothing and are for the pooling to leave out.
    """

    def __init__(self, units: int, directions: int = 1, input_width: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.directions = directions
        self.input_width = input_width
        self.rnns = [
            keras.layers.RNN(LSTMCell(units, name="cell"), return_sequences=True, name=name)
            for name in ("forward", "backward")[:directions]
        ]
        self.input_kernel = None
        if input_width is not None:
            self.input_kernel = self.add_weight(
                shape=(input_width, self.projected_width), initializer="glorot_uniform", name="input_kernel"
            )
        initial_bias = directions * LSTMCell.initial_bias(units)
        self.bias = self.add_weight(
            shape=(self.projected_width,),
            initializer=lambda shape, dtype: tf.constant(initial_bias, dtype),
            name="bias",
        )

    @property
    def projected_width(self) -> int:
        """Width of the projected inputs of all directions."""
        return self.directions * GATES * self.units

    def build(self, input_shape: Any) -> None:
        """Nothing but to say so to the inner layers, which a compiled recurrence never calls: all weights are made."""
        for rnn in self.rnns:
            rnn.build((None, None, GATES * self.units))

    def call(self, inputs: tf.Tensor, padding_mask: tf.Tensor) -> tf.Tensor:
        """States of all tokens.

        Args:
            inputs: <float32>[batch, tokens, input_width], or [.., directions * 4 * units] when projected, without bias.
            padding_mask: <bool>[batch, tokens], true at tokens, false at padding.

        Returns:
            <float32>[batch, tokens, directions * units], forward states first.
        """
        states = self._run_compiled(inputs, padding_mask) if is_compiled() else self._run(inputs, padding_mask)
        return tf.concat(states, axis=2)

    def _run(self, inputs: tf.Tensor, padding_mask: tf.Tensor) -> list[tf.Tensor]:
        if self.input_kernel is not None:
            inputs = tf.tensordot(inputs, self.input_kernel, 1)
        present = tf.cast(padding_mask, inputs.dtype)[:, :, tf.newaxis]
        projected = tf.split((inputs + self.bias) * present, self.directions, axis=2)
        states = [self.rnns[0](projected[0])]
        if self.directions == 2:
            states.append(tf.reverse(self.rnns[1](tf.reverse(projected[1], axis=[1])), axis=[1]))
        return states

    def _run_compiled(self, inputs: tf.Tensor, padding_mask: tf.Tensor) -> list[tf.Tensor]:
        inputs, mask = tf.transpose(inputs, [1, 0, 2]), tf.transpose(padding_mask)
        if self.input_kernel is None:
            of_directions, kernels = tf.split(inputs, self.directions, axis=2), [None] * self.directions
        else:
            of_directions = [inputs] * self.directions
            kernels = tf.split(tf.convert_to_tensor(self.input_kernel), self.directions, axis=1)
        biases = tf.split(tf.convert_to_tensor(self.bias), self.directions)
        states = [
            CompiledRecurrence(rnn.cell, backward=rnn is not self.rnns[0])(values, kernel, bias, mask)
            for rnn, values, kernel, bias in zip(self.rnns, of_directions, kernels, biases, strict=True)
        ]
        return [tf.transpose(values, [1, 0, 2]) for values in states]

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        config = super().get_config()
        return {**config, "units": self.units, "directions": self.directions, "input_width": self.input_width}
