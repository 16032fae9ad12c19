"""A recurrent layer: steps a cell over the tokens of a text, forward or in both directions."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import keras
import tensorflow as tf

from training.networks.cell import RecurrentCell
from training.networks.composite import CompositeLayer
from training.networks.recurrence import CompiledRecurrence, is_compiled


@keras.saving.register_keras_serializable("textgate")
class RecurrentLayer(CompositeLayer):
    """A recurrence, forward with one cell or bidirectional (Schuster & Paliwal 1997) with another one for the way back.

    Without an input width the inputs are projected already: rows of the input kernel that one-hot vectors select.

    The backward direction reads each text from its own last token to its first. So padding comes last in either
    direction, no state at a token depends on it, and the loop needs no mask. States at padding mean nothing; they are
    for the pooling to leave out.

    Dropout of the recurrent kernels takes out connections, the same ones for all texts and tokens of a training step
    (DropConnect as in Merity et al. 2018).
    """

    def __init__(
        self,
        cells: Sequence[RecurrentCell],
        input_width: int | None = None,
        recurrent_dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.input_width = input_width
        self.recurrent_dropout = recurrent_dropout
        self.connection_dropout = keras.layers.Dropout(recurrent_dropout)
        self.rnns = [
            keras.layers.RNN(cell, return_sequences=True, name=name)
            for cell, name in zip(cells, ("forward", "backward"), strict=False)
        ]
        for rnn in self.rnns:
            rnn.build((None, None, rnn.cell.projected_width))  # a compiled recurrence never calls it
        self.input_kernel = None
        if input_width is not None:
            self.input_kernel = self.add_weight(
                shape=(input_width, self.projected_width), initializer="glorot_uniform", name="input_kernel"
            )
        initial_bias = [number for cell in cells for number in cell.initial_bias()]
        self.bias = self.add_weight(
            shape=(self.projected_width,),
            initializer=lambda shape, dtype: tf.constant(initial_bias, dtype),
            name="bias",
        )

    @property
    def cells(self) -> list[RecurrentCell]:
        """The cell of each direction."""
        return [rnn.cell for rnn in self.rnns]

    @property
    def projected_width(self) -> int:
        """Width of the projected inputs of all directions."""
        return sum(cell.projected_width for cell in self.cells)

    def call(self, inputs: tf.Tensor, padding_mask: tf.Tensor, training: bool = False) -> tf.Tensor:
        """States of all tokens.

        Args:
            inputs: <float32>[batch, tokens, input_width], or [.., projected_width] when projected, without bias.
            padding_mask: <bool>[batch, tokens], true at tokens, false at the padding behind them.
            training: whether connections are dropped.

        Returns:
            <float32>[batch, tokens, directions * units], forward states first.
        """
        with self._dropped_connections(training):
            states = self._run_compiled(inputs, padding_mask) if is_compiled() else self._run(inputs, padding_mask)
        return tf.concat(states, axis=2)

    def _run(self, inputs: tf.Tensor, padding_mask: tf.Tensor) -> list[tf.Tensor]:
        if self.input_kernel is not None:
            inputs = tf.tensordot(inputs, self.input_kernel, 1)
        projected = tf.split(inputs + self.bias, len(self.rnns), axis=2)
        states = [self.rnns[0](projected[0])]
        if len(self.rnns) == 2:
            order = _backward_order(padding_mask)
            states.append(_reordered(self.rnns[1](_reordered(projected[1], order)), order))
        return states

    def _run_compiled(self, inputs: tf.Tensor, padding_mask: tf.Tensor) -> list[tf.Tensor]:
        inputs, mask = tf.transpose(inputs, [1, 0, 2]), tf.transpose(padding_mask)
        directions = len(self.rnns)
        if self.input_kernel is None:
            of_directions, kernels = tf.split(inputs, directions, axis=2), [None] * directions
        else:
            of_directions = [inputs] * directions
            kernels = tf.split(tf.convert_to_tensor(self.input_kernel), directions, axis=1)
        biases = tf.split(tf.convert_to_tensor(self.bias), directions)
        states = [
            CompiledRecurrence(rnn.cell, backward=rnn is not self.rnns[0])(values, kernel, bias, mask)
            for rnn, values, kernel, bias in zip(self.rnns, of_directions, kernels, biases, strict=True)
        ]
        return [tf.transpose(values, [1, 0, 2]) for values in states]

    def _dropped_connections(self, training: bool) -> AbstractContextManager[Any]:
        """While it is open, the cells have kernels of which some elements are zero and the others scaled up."""
        if not training or self.recurrent_dropout == 0:
            return nullcontext()
        kernels = [cell.recurrent_kernel for cell in self.cells]
        scope: AbstractContextManager[Any] = keras.StatelessScope(
            [(kernel, self.connection_dropout(kernel.value, training=True)) for kernel in kernels]
        )
        return scope

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {
            **super().get_config(),
            "cells": [keras.saving.serialize_keras_object(cell) for cell in self.cells],
            "input_width": self.input_width,
            "recurrent_dropout": self.recurrent_dropout,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "RecurrentLayer":
        """Inverse of get_config."""
        return cls(**{**config, "cells": [keras.saving.deserialize_keras_object(cell) for cell in config["cells"]]})


def _backward_order(padding_mask: tf.Tensor) -> tf.Tensor:
    """Where each place of the reversed text stands in the text, <int32>[batch, tokens]; padding stays where it is."""
    length = tf.reduce_sum(tf.cast(padding_mask, tf.int32), axis=1, keepdims=True)
    position = tf.range(tf.shape(padding_mask)[1])[tf.newaxis]
    return tf.where(position < length, length - 1 - position, position)


def _reordered(values: tf.Tensor, order: tf.Tensor) -> tf.Tensor:
    return tf.gather(values, order, axis=1, batch_dims=1)
