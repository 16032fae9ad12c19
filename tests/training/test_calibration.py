import numpy as np
import pytest
from scipy.special import expit, softmax

from training.calibration import (
    calibrate,
    calibrated_scores,
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
)
from training.examples import Task

BOTH = [Task.MULTI_CLASS, Task.MULTI_LABEL]


def drawn(task: Task, count: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and targets drawn from the very probabilities that the logits give."""
    generator = np.random.default_rng(1)
    logits = generator.normal(0, 2, (count, 4))
    if task is Task.MULTI_LABEL:
        return logits, (generator.random(logits.shape) < expit(logits)).astype(float)
    cumulative = softmax(logits, axis=1).cumsum(axis=1)
    chosen = (generator.random((count, 1)) > cumulative).sum(axis=1).clip(max=3)
    return logits, np.eye(4)[chosen]


@pytest.mark.parametrize("task", BOTH)
@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_temperature_undoes_a_known_sharpening(task: Task, factor: float) -> None:
    logits, targets = drawn(task)
    assert fit_temperature(logits * factor, targets, task) == pytest.approx(factor, rel=0.08)


@pytest.mark.parametrize("task", BOTH)
def test_temperature_lowers_the_likelihood_loss_and_the_calibration_error(task: Task) -> None:
    logits, targets = drawn(task)
    calibration = calibrate(logits * 4, targets, task)
    assert calibration.error_after < calibration.error_before / 3
    before, after = (
        negative_log_likelihood(scaled, targets, task) for scaled in (logits * 4, logits * 4 / calibration.temperature)
    )
    assert after < before


def test_without_texts_the_temperature_is_one() -> None:
    assert fit_temperature(np.zeros((0, 3)), np.zeros((0, 3)), Task.MULTI_CLASS) == 1.0


def test_a_perfect_network_is_left_as_it_is() -> None:
    targets = np.eye(3)[[0, 1, 2, 0]]
    assert fit_temperature(1000 * targets, targets, Task.MULTI_CLASS) == 1.0


def test_likelihood_losses_are_those_computed_by_hand() -> None:
    logits, targets = np.array([[np.log(3), 0.0]]), np.array([[1.0, 0.0]])
    assert negative_log_likelihood(logits, targets, Task.MULTI_CLASS) == pytest.approx(np.log(4 / 3))
    assert negative_log_likelihood(logits, targets, Task.MULTI_LABEL) == pytest.approx((np.log(4 / 3) + np.log(2)) / 2)


def test_calibration_error_is_the_one_computed_by_hand() -> None:
    # Two bins: confidence 0.9, right in one of two; confidence 0.6, right in two of two.
    scores = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.4, 0.6]])
    targets = np.array([[1, 0], [0, 1], [1, 0], [0, 1]])
    expected = 0.5 * abs(0.5 - 0.9) + 0.5 * abs(1.0 - 0.6)
    assert expected_calibration_error(scores, targets, Task.MULTI_CLASS) == pytest.approx(expected)


def test_calibration_error_of_multi_label_looks_at_every_pair() -> None:
    scores, targets = np.array([[0.9, 0.1]]), np.array([[1, 0]])
    assert expected_calibration_error(scores, targets, Task.MULTI_LABEL) == pytest.approx(0.1)


def test_multi_class_scores_sum_to_one_and_multi_class_has_no_thresholds() -> None:
    logits, targets = drawn(Task.MULTI_CLASS, 50)
    np.testing.assert_allclose(calibrated_scores(logits, 0.5, Task.MULTI_CLASS).sum(axis=1), 1, atol=1e-6)
    assert calibrate(logits, targets, Task.MULTI_CLASS).thresholds.tolist() == [0, 0, 0, 0]
