"""A recurrent layer: steps a cell over the tokens of a text, forward or in both directions."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import keras
import tensorflow as tf

from training.networks.cell import RecurrentCell
from training.networks.composite import CompositeLayer


@keras.saving.register_keras_serializable("textgate")
class RecurrentLayer(CompositeLayer):
    """A recurrence over projected inputs, forward or bidirectional (Schuster & Paliwal 1997), as its cell is.

    The backward direction reads each text from its own last token to its first. So padding comes last in either
    direction, no state at a token depends on it, and the loop needs no mask. States at padding mean nothing; they are
    for the pooling to leave out.

    Dropout of the recurrent kernels takes out connections, the same ones for all texts and tokens of a training step
    (DropConnect as in Merity et al. 2018).
    """

    def __init__(self, cell: RecurrentCell, recurrent_dropout: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.recurrent_dropout = recurrent_dropout
        self.connection_dropout = keras.layers.Dropout(recurrent_dropout)
        self.rnn = keras.layers.RNN(cell, return_sequences=True, name="rnn")
        initial_bias = cell.initial_bias()
        self.bias = self.add_weight(
            shape=(cell.input_width,), initializer=lambda shape, dtype: tf.constant(initial_bias, dtype), name="bias"
        )

    @property
    def cell(self) -> RecurrentCell:
        """What is stepped."""
        cell: RecurrentCell = self.rnn.cell
        return cell

    def call(self, projected_inputs: tf.Tensor, padding_mask: tf.Tensor, training: bool = False) -> tf.Tensor:
        """States of all tokens.

        Args:
            projected_inputs: <float32>[batch, tokens, cell.input_width], without bias.
            padding_mask: <bool>[batch, tokens], true at tokens, false at the padding behind them.
            training: whether connections are dropped.

        Returns:
            <float32>[batch, tokens, cell.output_size], forward states first.
        """
        order = _backward_order(padding_mask)
        pre_activations = self._turn_backward(projected_inputs + self.bias, order)
        with self._dropped_connections(training):
            return self._turn_backward(self.rnn(pre_activations), order)

    def _turn_backward(self, values: tf.Tensor, order: tf.Tensor) -> tf.Tensor:
        """Reverse each text in the half that belongs to the backward direction; its own inverse."""
        if self.cell.directions == 1:
            return values
        forward, backward = tf.split(values, 2, axis=2)
        return tf.concat([forward, tf.gather(backward, order, axis=1, batch_dims=1)], axis=2)

    def _dropped_connections(self, training: bool) -> AbstractContextManager[Any]:
        """While it is open, the cell has kernels of which some elements are zero and the others scaled up."""
        if not training or self.recurrent_dropout == 0:
            return nullcontext()
        scope: AbstractContextManager[Any] = keras.StatelessScope(
            [(kernel, self.connection_dropout(kernel.value, training=True)) for kernel in self.cell.recurrent_kernels]
        )
        return scope

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {
            **super().get_config(),
            "cell": keras.saving.serialize_keras_object(self.cell),
            "recurrent_dropout": self.recurrent_dropout,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "RecurrentLayer":
        """Inverse of get_config."""
        return cls(**{**config, "cell": keras.saving.deserialize_keras_object(config["cell"])})


def _backward_order(padding_mask: tf.Tensor) -> tf.Tensor:
    """Where each place of the reversed text stands in the text, <int32>[batch, tokens]; padding stays where it is."""
    length = tf.reduce_sum(tf.cast(padding_mask, tf.int32), axis=1, keepdims=True)
    position = tf.range(tf.shape(padding_mask)[1])[tf.newaxis]
    return tf.where(position < length, length - 1 - position, position)
