"""What tells a Jordan net from an Elman net: it hears what it said, not what it thought."""

import numpy as np
import tensorflow as tf
from cell_kinds import UNITS, random, randomize

from training.networks.elman import ElmanCell
from training.networks.jordan import JordanCell
from training.networks.recurrent import RecurrentLayer

INPUTS = tf.constant(np.random.default_rng(1).normal(size=(2, 6, UNITS)), tf.float32)
MASK = tf.ones((2, 6), tf.bool)


def elman_and_jordan(context_activation: str, output_kernel: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
    """States of both on the same inputs with the same recurrent kernel; the read-out has no bias."""
    jordan = RecurrentLayer([JordanCell(UNITS, context_width=UNITS, context_activation=context_activation)])
    elman = RecurrentLayer([ElmanCell(UNITS)])
    randomize(elman)
    jordan.set_weights([*elman.get_weights(), output_kernel, np.zeros(UNITS)])
    return elman(INPUTS, MASK), jordan(INPUTS, MASK)


def test_a_jordan_net_that_feeds_back_its_hidden_state_is_an_elman_net() -> None:
    elman, jordan = elman_and_jordan("linear", np.eye(UNITS))
    np.testing.assert_allclose(jordan, elman, atol=1e-6)


def test_a_jordan_net_that_feeds_back_its_output_is_none() -> None:
    elman, jordan = elman_and_jordan("tanh", random(UNITS, UNITS))
    np.testing.assert_allclose(jordan[:, 0], elman[:, 0], atol=1e-6)
    assert np.all(np.abs(jordan - elman)[:, 1:].max(axis=2) > 0.01)


def test_what_is_remembered_passes_through_the_width_of_the_context() -> None:
    """With a context of one number, pushes at the first token differ at the second along one line alone."""
    layer = RecurrentLayer([JordanCell(8, context_width=1)])
    inputs = tf.constant(np.concatenate([random(20, 1, 8), np.zeros((20, 1, 8))], axis=1), tf.float32)
    first, second = np.moveaxis(layer(inputs, tf.ones((20, 2), tf.bool)).numpy(), 1, 0)
    assert np.linalg.matrix_rank(first, tol=1e-4) == 8
    assert np.linalg.matrix_rank(np.arctanh(second), tol=1e-4) == 1


def test_a_decaying_context_remembers_an_output_that_is_long_gone() -> None:
    """All outputs but the first are zero, for what comes back to the hidden units is far too little to squash."""
    layer = RecurrentLayer([JordanCell(1, context_width=1, context_decay=0.5)])
    layer.set_weights([np.zeros(1), np.full((1, 1), 1e-4), np.ones((1, 1)), np.zeros(1)])
    inputs = tf.constant([[[10.0], [0.0], [0.0], [0.0]]])
    hidden = layer(inputs, tf.ones((1, 4), tf.bool)).numpy()[0, :, 0]
    output = np.tanh(1)
    np.testing.assert_allclose(hidden[1:] / (1e-4 * output), [1, 0.5, 0.25], rtol=1e-3)
