"""Metrics against numbers worked out by hand."""

import numpy as np
import pytest

from training.examples import Task
from training.metrics import compute_label_metrics, compute_metrics, confusion_matrix, decide_metric, predict_labels

NAMES = ["x", "y", "z"]
# Wanted x, x, y, z; predicted x, y, y, y.
TARGETS = np.eye(3)[[0, 0, 1, 2]]
SCORES = np.array([[0.6, 0.3, 0.1], [0.4, 0.5, 0.1], [0.2, 0.7, 0.1], [0.1, 0.5, 0.4]])
# Wanted {x, y}, {}, {z}; predicted at a half {x}, {}, {y, z}.
MULTI_TARGETS = np.array([[1, 1, 0], [0, 0, 0], [0, 0, 1]])
MULTI_SCORES = np.array([[0.9, 0.4, 0.1], [0.2, 0.3, 0.0], [0.1, 0.5, 0.8]])


def test_multi_class_metrics() -> None:
    metrics = compute_metrics(Task.MULTI_CLASS, TARGETS, SCORES, NAMES)
    # F1: x 2 * 1 / (1 + 2), y 2 * 1 / (3 + 1), z 0.
    assert metrics == pytest.approx({"accuracy": 0.5, "macro_f1": (2 / 3 + 1 / 2 + 0) / 3, "micro_f1": 0.5})


def test_multi_label_metrics() -> None:
    metrics = compute_metrics(Task.MULTI_LABEL, MULTI_TARGETS, MULTI_SCORES, NAMES)
    # Two hits, three predictions, three wanted.
    assert metrics == pytest.approx({"accuracy": 1 / 3, "macro_f1": 2 / 3, "micro_f1": 2 * 2 / (3 + 3)})


def test_thresholds_decide_for_multi_label() -> None:
    predicted = predict_labels(Task.MULTI_LABEL, MULTI_SCORES, np.array([0.9, 0.4, 0.9]))
    assert predicted.tolist() == [[True, True, False], [False, False, False], [False, True, False]]


def test_the_first_of_equal_scores_is_predicted() -> None:
    assert predict_labels(Task.MULTI_CLASS, np.array([[0.5, 0.5]])).tolist() == [[True, False]]


def test_a_class_that_never_occurs_does_not_lower_macro_f1() -> None:
    targets, scores = np.eye(3)[[0, 1]], np.eye(3)[[0, 1]]
    assert compute_metrics(Task.MULTI_CLASS, targets, scores, NAMES)["macro_f1"] == 1.0


def test_a_multi_class_text_without_known_label_counts_as_wrong() -> None:
    targets = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    assert compute_metrics(Task.MULTI_CLASS, targets, SCORES[[0, 0]], NAMES)["accuracy"] == 0.5


def test_label_metrics_hold_every_label_in_order() -> None:
    rows = compute_label_metrics(Task.MULTI_CLASS, TARGETS, SCORES, NAMES)
    assert [(row.label, row.precision, row.recall, row.f1, row.support) for row in rows] == [
        ("x", 1.0, 0.5, pytest.approx(2 / 3), 2),
        ("y", pytest.approx(1 / 3), 1.0, 0.5, 1),
        ("z", 0.0, 0.0, 0.0, 1),
    ]


def test_confusions_count_targets_by_row() -> None:
    assert confusion_matrix(TARGETS, SCORES).tolist() == [[1, 1, 0], [0, 1, 0], [0, 1, 0]]


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"must both be \[texts, 2 labels\]"):
        compute_metrics(Task.MULTI_CLASS, TARGETS, SCORES, ["x", "y"])


@pytest.mark.parametrize(
    ("task", "counts", "metric"),
    [
        (Task.MULTI_LABEL, [5, 5], "micro_f1"),
        (Task.MULTI_CLASS, [50, 50], "accuracy"),
        (Task.MULTI_CLASS, [1250, 1223, 1162, 896, 835, 86], "accuracy"),
        (Task.MULTI_CLASS, [90, 10], "macro_f1"),
        (Task.MULTI_CLASS, [2840, 1596, 253, 251, 206, 190, 108, 41], "macro_f1"),
        (Task.MULTI_CLASS, [7], "accuracy"),
    ],
)
def test_the_metric_follows_from_task_and_balance(task: Task, counts: list[int], metric: str) -> None:
    assert decide_metric(task, counts) == metric
