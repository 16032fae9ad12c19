"""Averages kept row by row against averages of everything at every step."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from training.fitting.averaging import RowAverages, WeightAverages, decay_at, swapped

GENERATOR = np.random.default_rng(0)


def test_row_averages_are_exact_whatever_rows_the_steps_change() -> None:
    table = keras.Variable(GENERATOR.normal(size=(6, 2)).astype(np.float32))
    averages = RowAverages(table)
    wanted = table.numpy().astype(np.float64)
    for step in range(1, 60):
        ids = GENERATOR.choice(5, GENERATOR.integers(1, 4), replace=False)
        before = tf.gather(table.value, ids)
        after = before + tf.constant(GENERATOR.normal(size=before.shape), tf.float32)
        decay = decay_at(tf.constant(step, tf.int64), 0.9)
        table.value.scatter_update(tf.IndexedSlices(after, ids))
        averages.update(tf.constant(ids), before, after, decay)
        wanted = float(decay) * wanted + (1 - float(decay)) * table.numpy()
        if step % 20 == 0:
            averages.catch_up()
            np.testing.assert_allclose(averages.average, wanted, atol=1e-5)


def test_weight_averages_follow_the_definition() -> None:
    weight = keras.Variable([1.0, 2.0])
    averages = WeightAverages([weight])
    weight.assign([3.0, 4.0])
    averages.update(tf.constant(0.75))
    np.testing.assert_allclose(averages.averages[0], [1.5, 2.5])


def test_decay_grows_to_its_setting() -> None:
    assert float(decay_at(tf.constant(1), 0.99)) == pytest.approx(2 / 11)
    assert float(decay_at(tf.constant(10_000), 0.99)) == pytest.approx(0.99)


def test_swapped_values_go_back_even_after_an_error() -> None:
    variable = tf.Variable(1.0)
    with pytest.raises(RuntimeError, match=r"5\.0"), swapped([variable], [tf.Variable(5.0)]):
        raise RuntimeError(float(variable))
    assert float(variable) == 1.0
