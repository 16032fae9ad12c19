"""Moving averages of the weights: what dev sees and what is kept (Polyak & Juditsky 1992)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import keras
import tensorflow as tf


def decay_at(step: tf.Tensor, decay: float) -> tf.Tensor:
    """Decay of the average at step <int64>[], counted from 1: smaller at first, when there is little to average."""
    position = tf.cast(step, tf.float32)
    return tf.minimum(decay, (1 + position) / (10 + position))


class WeightAverages:
    """Averages of ordinary weights: after each step, average = decay * average + (1 - decay) * weight."""

    def __init__(self, weights: Sequence[keras.Variable]) -> None:
        self._weights = [weight.value for weight in weights]
        self.averages = [tf.Variable(weight, trainable=False) for weight in self._weights]

    def update(self, decay: tf.Tensor) -> None:
        """Take in the weights as they are after a step."""
        for average, weight in zip(self.averages, self._weights, strict=True):
            average.assign(decay * average + (1 - decay) * weight)


class RowAverages:
    """Averages of the rows of a table at a cost that depends on the rows that a step changed, not on all of them.

    While a row stays as it is, its average comes nearer by the factor decay each step, so any number of such steps is
    one multiplication by the product of their decays. The product is a difference of running sums of logarithms: one
    kept for the table, and for each row the one at which its average is current.
    """

    def __init__(self, table: keras.Variable) -> None:
        self._table = table.value
        self.average = tf.Variable(self._table, trainable=False)
        self._log_decay = tf.Variable(0.0, trainable=False, dtype=tf.float64)
        self._row_log_decay = tf.Variable(tf.zeros(table.shape[0], tf.float64), trainable=False)

    def update(self, ids: tf.Tensor, before: tf.Tensor, after: tf.Tensor, decay: tf.Tensor) -> None:
        """Take in a step that changed the rows `ids` from `before` to `after`, both <float32>[rows, width]."""
        average = self._caught_up(before, tf.gather(self.average, ids), tf.gather(self._row_log_decay, ids))
        self._log_decay.assign_add(tf.cast(tf.math.log(decay), tf.float64))
        self.average.scatter_update(tf.IndexedSlices(decay * average + (1 - decay) * after, ids))
        current = tf.fill(tf.shape(ids), self._log_decay.read_value())
        self._row_log_decay.scatter_update(tf.IndexedSlices(current, ids))

    def catch_up(self) -> None:
        """Make the averages of all rows current."""
        self.average.assign(self._caught_up(self._table, self.average, self._row_log_decay))
        self._row_log_decay.assign(tf.fill(self._row_log_decay.shape, self._log_decay.read_value()))

    def _caught_up(self, rows: tf.Tensor, average: tf.Tensor, row_log_decay: tf.Tensor) -> tf.Tensor:
        remaining = tf.cast(tf.exp(self._log_decay - row_log_decay), tf.float32)[:, tf.newaxis]
        return rows + remaining * (average - rows)


@contextmanager
def swapped(variables: Sequence[tf.Variable], values: Sequence[tf.Variable]) -> Iterator[None]:
    """Put other values into variables for the time of a `with` block."""
    kept = [variable.numpy() for variable in variables]
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    try:
        yield
    finally:
        for variable, value in zip(variables, kept, strict=True):
            variable.assign(value)
