"""The cells in Keras' own layers: RNN, Bidirectional, masks, saving."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from cell_kinds import KINDS, UNITS, Kind, random, randomize

from training.networks.cell import RecurrentCell

LENGTH = np.array([4, 2, 1])
MASK = np.arange(4) < LENGTH[:, np.newaxis]
INPUTS = random(3, 4, 2)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


def numpy_states(kind: Kind, cell: RecurrentCell, projection: keras.layers.Dense, text: np.ndarray) -> np.ndarray:
    """States [tokens, units] of one text without padding."""
    kernel, bias, *weights = (value.astype(np.float64) for value in (*projection.get_weights(), *cell.get_weights()))
    return kind.states(text @ kernel + bias, *weights)


def test_a_cell_in_keras_rnn_passes_over_masked_places(kind: Kind) -> None:
    cell = kind.make_cell()
    projection, rnn = keras.layers.Dense(cell.projected_width), keras.layers.RNN(cell)
    # The first two places are padding: a mask may be anywhere in Keras.
    padded, mask = np.pad(INPUTS, [(0, 0), (2, 0), (0, 0)], constant_values=9), np.pad(MASK, [(0, 0), (2, 0)])
    rnn(projection(padded))
    randomize(projection)
    randomize(cell)
    last = rnn(projection(padded), mask=mask)
    for text, length, state in zip(INPUTS, LENGTH, last, strict=True):
        np.testing.assert_allclose(state, numpy_states(kind, cell, projection, text[:length])[-1], atol=1e-5)


def test_a_cell_in_keras_bidirectional_reads_both_ways(kind: Kind) -> None:
    cell = kind.make_cell()
    layer = keras.layers.Bidirectional(keras.layers.RNN(cell, return_sequences=True))
    projection = keras.layers.Dense(cell.projected_width)
    layer(projection(INPUTS))
    randomize(projection)
    randomize(layer)
    states = layer(projection(INPUTS), mask=MASK).numpy()
    assert states.shape == (3, 4, 2 * UNITS)
    for text, length, state in zip(INPUTS, LENGTH, states, strict=True):
        forward = numpy_states(kind, layer.forward_layer.cell, projection, text[:length])
        backward = numpy_states(kind, layer.backward_layer.cell, projection, text[:length][::-1])[::-1]
        np.testing.assert_allclose(state[:length], np.concatenate([forward, backward], axis=1), atol=1e-5)


def test_a_keras_model_of_a_cell_is_saved_and_loaded(kind: Kind, tmp_path: Path) -> None:
    cell = kind.make_cell()
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(9, 2, mask_zero=True),
            keras.layers.Dense(cell.projected_width),
            keras.layers.Bidirectional(keras.layers.RNN(cell)),
        ]
    )
    token_ids = tf.constant([[3, 4, 8], [5, 0, 0]])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(token_ids), model(token_ids))
    np.testing.assert_allclose(model(tf.pad(token_ids, [(0, 0), (0, 3)])), model(token_ids), atol=1e-6)
