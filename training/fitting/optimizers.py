"""Adam with decoupled weight decay for ordinary weights, and its row-sparse relative for the token table."""

from collections.abc import Sequence

import keras
import tensorflow as tf

BETA_1 = 0.9
BETA_2 = 0.999
EPSILON = 1e-7


class AdamW:
    """AdamW (Kingma & Ba 2015; Loshchilov & Hutter 2019) over all elements of some weights.

    Vectors, that is biases, do not decay.
    """

    def __init__(self, weights: Sequence[keras.Variable], weight_decay: float) -> None:
        self._weights = [weight.value for weight in weights]
        self._first = [tf.Variable(tf.zeros_like(weight), trainable=False) for weight in self._weights]
        self._second = [tf.Variable(tf.zeros_like(weight), trainable=False) for weight in self._weights]
        self._decays = [weight_decay if len(weight.shape) > 1 else 0.0 for weight in self._weights]

    def apply(self, gradients: Sequence[tf.Tensor], rate: tf.Tensor, step: tf.Tensor) -> None:
        """Update the weights in place; `step` counts from 1."""
        for weight, gradient, first, second, decay in zip(
            self._weights, gradients, self._first, self._second, self._decays, strict=True
        ):
            first.assign(BETA_1 * first + (1 - BETA_1) * gradient)
            second.assign(BETA_2 * second + (1 - BETA_2) * tf.square(gradient))
            update = _adam_direction(first, second, tf.cast(step, tf.float32))
            weight.assign_sub(rate * (update + decay * weight))


class RowAdam:
    """Adam for a table of which a step sees a few rows: it reads and writes those rows only.

    Each row is trained as if it had an optimizer of its own that counts the steps in which the row was seen. In dense
    Adam a row keeps moving on its old moments, and its moments fade, in steps that do not see it; here nothing happens
    to it. No weight decay: it would wear down the rows of rare tokens, which seldom get a gradient to hold them.
    """

    def __init__(self, table: keras.Variable) -> None:
        self._first = tf.Variable(tf.zeros_like(table.value), trainable=False)
        self._second = tf.Variable(tf.zeros_like(table.value), trainable=False)
        self._steps = tf.Variable(tf.zeros(table.shape[0]), trainable=False)

    def updated(self, ids: tf.Tensor, rows: tf.Tensor, gradients: tf.Tensor, rate: tf.Tensor) -> tf.Tensor:
        """New values of rows.

        Args:
            ids: which rows, without repetition, <int32>[rows].
            rows: what they are now, <float32>[rows, width].
            gradients: their gradients, <float32>[rows, width].
            rate: the learning rate.
        """
        steps = tf.gather(self._steps, ids) + 1
        first = BETA_1 * tf.gather(self._first, ids) + (1 - BETA_1) * gradients
        second = BETA_2 * tf.gather(self._second, ids) + (1 - BETA_2) * tf.square(gradients)
        for variable, value in ((self._steps, steps), (self._first, first), (self._second, second)):
            variable.scatter_update(tf.IndexedSlices(value, ids))
        return rows - rate * _adam_direction(first, second, steps[:, tf.newaxis])


def _adam_direction(first: tf.Tensor, second: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
    first = first / (1 - tf.pow(BETA_1, step))
    second = second / (1 - tf.pow(BETA_2, step))
    return first / (tf.sqrt(second) + EPSILON)
