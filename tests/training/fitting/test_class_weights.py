import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from training.config import FitConfig
from training.examples import Task
from training.fitting.class_weights import class_weights

COUNTS = [700, 250, 50]
ONE_HOT = np.repeat(np.eye(3, dtype=np.float32), COUNTS, axis=0)
MULTI_HOT = (np.arange(1000)[:, np.newaxis] < COUNTS).astype(np.float32)


@pytest.mark.parametrize("task", list(Task))
def test_without_class_weights_all_labels_count_alike(task: Task) -> None:
    assert class_weights(ONE_HOT, task, FitConfig()).tolist() == [1, 1, 1]


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    wanted = compute_class_weight("balanced", classes=np.arange(3), y=ONE_HOT.argmax(axis=1))
    found = class_weights(ONE_HOT, Task.MULTI_CLASS, FitConfig(class_weights="balanced"))
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_balanced_multi_label_weights_let_yes_and_no_of_a_label_weigh_the_same() -> None:
    weights = class_weights(MULTI_HOT, Task.MULTI_LABEL, FitConfig(class_weights="balanced"))
    np.testing.assert_allclose(weights * MULTI_HOT.sum(axis=0), (1 - MULTI_HOT).sum(axis=0), rtol=1e-6)


def test_effective_numbers_are_sums_of_powers_and_the_mean_weight_is_1() -> None:
    settings = FitConfig(class_weights="effective_number", effective_number_beta=0.99)
    weights = class_weights(ONE_HOT, Task.MULTI_CLASS, settings)
    effective = np.array([sum(0.99**n for n in range(count)) for count in COUNTS])
    np.testing.assert_allclose(weights * effective, [weights[0] * effective[0]] * 3, rtol=1e-6)
    assert (weights @ COUNTS) / 1000 == pytest.approx(1)


def test_effective_numbers_lie_between_no_weights_and_balanced_ones() -> None:
    almost_none, almost_balanced = (
        class_weights(
            ONE_HOT, Task.MULTI_CLASS, FitConfig(class_weights="effective_number", effective_number_beta=beta)
        )
        for beta in (1e-6, 1 - 1e-9)
    )
    np.testing.assert_allclose(almost_none, [1, 1, 1], rtol=1e-4)
    balanced = class_weights(ONE_HOT, Task.MULTI_CLASS, FitConfig(class_weights="balanced"))
    np.testing.assert_allclose(almost_balanced, balanced, rtol=1e-4)


@pytest.mark.parametrize("kind", ["balanced", "effective_number"])
@pytest.mark.parametrize("task", list(Task))
def test_labels_of_no_text_and_of_all_texts_have_a_finite_weight(task: Task, kind: str) -> None:
    targets = np.array([[1, 0, 0], [1, 0, 1]] if task is Task.MULTI_LABEL else [[1, 0, 0], [1, 0, 0]], np.float32)
    settings = FitConfig(class_weights=kind)  # type: ignore[arg-type]
    assert class_weights(targets, task, settings)[:2].tolist() == [1, 1]
