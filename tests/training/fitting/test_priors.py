import numpy as np
import pytest
import tensorflow as tf
from scipy.special import expit, softmax

from training.config import ModelConfig
from training.examples import Task
from training.fitting.losses import make_loss
from training.fitting.priors import start_from_priors
from training.networks import TextClassifier, build_model

ONES = np.ones(3, np.float32)


@pytest.fixture
def model() -> TextClassifier:
    return build_model(ModelConfig(units=3, embedding_dim=4), vocabulary_size=5, label_count=3)


def test_multi_class_bias_gives_the_shares_of_the_labels(model: TextClassifier) -> None:
    targets = np.repeat(np.eye(3, dtype=np.float32), [700, 200, 100], axis=0)
    start_from_priors(model, targets, Task.MULTI_CLASS, ONES)
    np.testing.assert_allclose(softmax(model.output_layer.bias), [0.7, 0.2, 0.1], atol=1e-3)


def test_multi_label_bias_gives_the_share_of_each_label(model: TextClassifier) -> None:
    targets = np.zeros((1000, 3), np.float32)
    targets[:500, 0], targets[:30, 1] = 1, 1
    start_from_priors(model, targets, Task.MULTI_LABEL, ONES)
    np.testing.assert_allclose(expit(model.output_layer.bias), [0.5, 0.03, 0.0], atol=1e-3)


@pytest.mark.parametrize("task", list(Task))
def test_labels_of_no_text_and_of_all_texts_have_a_finite_bias(model: TextClassifier, task: Task) -> None:
    start_from_priors(model, np.array([[1, 0, 0], [1, 0, 1]], np.float32), task, ONES)
    assert np.isfinite(model.output_layer.bias).all()


@pytest.mark.parametrize("task", list(Task))
def test_bias_is_where_the_weighted_loss_of_a_network_that_reads_nothing_is_smallest(
    model: TextClassifier, task: Task
) -> None:
    targets = np.repeat(np.eye(3, dtype=np.float32), [700, 200, 100], axis=0)
    weights = np.array([0.5, 1, 4], np.float32)
    start_from_priors(model, targets, task, weights)
    loss = make_loss(task, weights=weights)

    def mean_loss(bias: tf.Tensor) -> float:
        return float(tf.reduce_mean(loss(tf.constant(targets), tf.tile(bias[None], [1000, 1]))))

    bias = model.output_layer.bias.value
    for column in range(3):
        for step in (-0.05, 0.05):
            assert mean_loss(bias) < mean_loss(bias + step * tf.one_hot(column, 3))
