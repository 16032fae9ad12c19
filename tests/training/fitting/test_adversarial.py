"""The adversarial step: how far, whereto, and what it does to training."""

from dataclasses import replace

import numpy as np
import tensorflow as tf

from tests.training.fitting.test_training_step import FIT, TARGETS, TOKEN_IDS, WEIGHTS, make_step
from training.fitting.adversarial import adversarial_rows

GENERATOR = np.random.default_rng(1)
ROWS, GRADIENTS = (tf.constant(GENERATOR.normal(size=(3, 4, 5)), tf.float32) for _ in range(2))


def test_each_text_moves_along_its_gradient_by_a_share_of_its_size_and_its_padding_stays() -> None:
    moved = adversarial_rows(ROWS, GRADIENTS, TOKEN_IDS, 0.25).numpy()
    for before, after, gradient, ids in zip(ROWS.numpy(), moved, GRADIENTS.numpy(), TOKEN_IDS.numpy(), strict=True):
        count = np.count_nonzero(ids)
        step = 0.25 * np.linalg.norm(before[:count]) * gradient[:count] / np.linalg.norm(gradient[:count])
        np.testing.assert_allclose(after[:count] - before[:count], step, atol=1e-6)
        np.testing.assert_array_equal(after[count:], before[count:])


def test_a_text_without_gradient_stays() -> None:
    moved = adversarial_rows(ROWS, tf.zeros_like(GRADIENTS), TOKEN_IDS, 0.25)
    np.testing.assert_array_equal(moved, ROWS)


def test_training_makes_the_loss_of_moved_inputs_smaller_than_plain_training_does() -> None:
    losses = {}
    for epsilon in (0.0, 1.0):
        model, step = make_step(fit=replace(FIT, adversarial_epsilon=epsilon, clip_norm=1.0, weight_decay=0.0))
        for _ in range(60):
            step(TOKEN_IDS, TARGETS, WEIGHTS)
        rows = model.token_table(TOKEN_IDS)
        with tf.GradientTape() as tape:
            tape.watch(rows)
            loss = tf.nn.softmax_cross_entropy_with_logits(TARGETS, model.classify_rows(rows, TOKEN_IDS))
        moved = adversarial_rows(rows, tape.gradient(loss, rows), TOKEN_IDS, 1.0)
        logits = model.classify_rows(moved, TOKEN_IDS)
        losses[epsilon] = float(tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(TARGETS, logits)))
    assert losses[1.0] < losses[0.0]
