import numpy as np
import pytest
from scipy.special import expit, softmax

from training.config import ModelConfig
from training.examples import Task
from training.fitting.priors import start_from_priors
from training.networks import TextClassifier, build_model


@pytest.fixture
def model() -> TextClassifier:
    return build_model(ModelConfig(units=3, embedding_dim=4), vocabulary_size=5, label_count=3)


def test_multi_class_bias_gives_the_shares_of_the_labels(model: TextClassifier) -> None:
    targets = np.repeat(np.eye(3, dtype=np.float32), [700, 200, 100], axis=0)
    start_from_priors(model, targets, Task.MULTI_CLASS)
    np.testing.assert_allclose(softmax(model.output_layer.bias), [0.7, 0.2, 0.1], atol=1e-3)


def test_multi_label_bias_gives_the_share_of_each_label(model: TextClassifier) -> None:
    targets = np.zeros((1000, 3), np.float32)
    targets[:500, 0], targets[:30, 1] = 1, 1
    start_from_priors(model, targets, Task.MULTI_LABEL)
    np.testing.assert_allclose(expit(model.output_layer.bias), [0.5, 0.03, 0.0], atol=1e-3)


@pytest.mark.parametrize("task", list(Task))
def test_labels_of_no_text_and_of_all_texts_have_a_finite_bias(model: TextClassifier, task: Task) -> None:
    start_from_priors(model, np.array([[1, 0, 0], [1, 0, 1]], np.float32), task)
    assert np.isfinite(model.output_layer.bias).all()
