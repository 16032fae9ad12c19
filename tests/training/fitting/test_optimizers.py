"""Optimizers against Keras' own, row by row where rows have a life of their own."""

import keras
import numpy as np
import tensorflow as tf

from training.fitting.optimizers import AdamW, RowAdam

GENERATOR = np.random.default_rng(0)
RATE = tf.constant(0.1)


def random(*shape: int) -> tf.Tensor:
    return tf.constant(GENERATOR.normal(size=shape), tf.float32)


def test_adamw_moves_weights_as_keras_does_and_spares_biases_from_decay() -> None:
    start = [random(3, 2), random(2)]
    ours = [keras.Variable(value) for value in start]
    kernel, bias = (keras.Variable(value) for value in start)
    optimizer = AdamW(ours, weight_decay=0.2)
    decaying = keras.optimizers.AdamW(0.1, weight_decay=0.2)
    plain = keras.optimizers.Adam(0.1)
    for step in range(1, 6):
        gradients = [random(3, 2), random(2)]
        optimizer.apply(gradients, RATE, tf.constant(step, tf.int64))
        decaying.apply([gradients[0]], [kernel])
        plain.apply([gradients[1]], [bias])
    np.testing.assert_allclose(ours[0], kernel, atol=1e-5)
    np.testing.assert_allclose(ours[1], bias, atol=1e-5)


def test_every_row_moves_as_if_it_had_an_adam_of_its_own() -> None:
    table = keras.Variable(random(4, 3))
    references = [keras.Variable(row) for row in table.numpy()]
    optimizers = [keras.optimizers.Adam(0.1) for _ in references]
    rows = RowAdam(table)
    for ids in ([0, 2], [2], [1, 2, 0], [0], [2, 1]):
        gradients = random(len(ids), 3)
        current = tf.gather(table.value, ids)
        updated = rows.updated(tf.constant(ids), current, gradients, RATE)
        table.value.scatter_update(tf.IndexedSlices(updated, ids))
        for row, gradient in zip(ids, gradients, strict=True):
            optimizers[row].apply([gradient], [references[row]])
    np.testing.assert_allclose(table, [reference.numpy() for reference in references], atol=1e-5)
