import numpy as np
import pytest
import tensorflow as tf

from training.examples import Task
from training.fitting.losses import make_loss, weighted_mean

LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0]])
TARGETS = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])


def compute(task: Task, smoothing: float = 0.0) -> tf.Tensor:
    return make_loss(task, smoothing)(tf.constant(TARGETS, tf.float32), tf.constant(LOGITS, tf.float32))


def test_multi_class_loss_is_cross_entropy_against_smoothed_targets() -> None:
    log_shares = LOGITS - np.log(np.exp(LOGITS).sum(axis=1, keepdims=True))
    smoothed = TARGETS * 0.7 + 0.1
    np.testing.assert_allclose(compute(Task.MULTI_CLASS, 0.3), -(smoothed * log_shares).sum(axis=1), rtol=1e-5)


def test_multi_label_loss_sums_the_labels() -> None:
    chances = 1 / (1 + np.exp(-LOGITS))
    wanted = -(TARGETS * np.log(chances) + (1 - TARGETS) * np.log(1 - chances)).sum(axis=1)
    np.testing.assert_allclose(compute(Task.MULTI_LABEL, 0.3), wanted, rtol=1e-5)


def test_rows_of_weight_zero_do_not_count() -> None:
    assert float(weighted_mean(tf.constant([1.0, 2.0, 99.0]), tf.constant([1.0, 1.0, 0.0]))) == pytest.approx(1.5)
