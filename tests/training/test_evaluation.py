import numpy as np
import pytest

from training.evaluation import Confusion, evaluate_scores
from training.examples import Corpus, Example, Task

NAMES = ["a", "b", "c"]
NO_THRESHOLDS = np.zeros(3, np.float32)


def corpus(task: Task, *labels: tuple[str, ...]) -> Corpus:
    return Corpus(tuple(Example(f"text {n}", row, f"f:{n}") for n, row in enumerate(labels)), task)


def scores(*rows: list[float]) -> np.ndarray:
    return np.array(rows, np.float32)


def test_figures_of_a_multi_class_part_are_those_computed_by_hand() -> None:
    part = corpus(Task.MULTI_CLASS, ("a",), ("a",), ("b",), ("c",))
    given = scores([0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.8, 0.1], [0.1, 0.2, 0.7])
    evaluation = evaluate_scores("test", part, NAMES, given, NO_THRESHOLDS)
    assert evaluation.metrics["accuracy"] == 0.75
    assert evaluation.metrics["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    assert evaluation.metrics["calibration_error"] == pytest.approx((0.2 + 0.7 - 0.2 + 0.3 - 1 + 1) / 4, abs=0.3)
    assert evaluation.confusion is not None
    assert evaluation.confusion.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
    assert evaluation.top_confusions(5) == [Confusion("a", "b", 1)]


def test_mistakes_come_worst_first_with_their_source() -> None:
    part = corpus(Task.MULTI_CLASS, ("a",), ("a",), ("b",))
    given = scores([0.3, 0.4, 0.3], [0.01, 0.9, 0.09], [0.1, 0.8, 0.1])
    mistakes = evaluate_scores("test", part, NAMES, given, NO_THRESHOLDS).mistakes
    assert [(mistake.source, mistake.expected, mistake.predicted) for mistake in mistakes] == [
        ("f:1", ("a",), ("b",)),
        ("f:0", ("a",), ("b",)),
    ]
    assert mistakes[0].surprise == pytest.approx(-np.log(0.01), rel=1e-5)


def test_a_label_unknown_to_the_model_counts_as_missed() -> None:
    part = corpus(Task.MULTI_CLASS, ("new",), ("a",))
    evaluation = evaluate_scores("f", part, NAMES, scores([0.9, 0.1, 0], [0.9, 0.1, 0]), NO_THRESHOLDS)
    assert evaluation.metrics["accuracy"] == 0.5
    assert evaluation.mistakes[0].expected == ("new",)


def test_multi_label_uses_the_thresholds() -> None:
    part = corpus(Task.MULTI_LABEL, ("a", "b"), ())
    given, thresholds = scores([0.3, 0.6, 0.1], [0.1, 0.4, 0.1]), np.array([0.2, 0.5, 0.5], np.float32)
    evaluation = evaluate_scores("f", part, NAMES, given, thresholds)
    assert evaluation.metrics["micro_f1"] == evaluation.metrics["accuracy"] == 1
    assert evaluation.confusion is None
    assert evaluation.mistakes == ()
    assert evaluation.top_confusions(5) == []


def test_distances_have_no_calibration() -> None:
    part = corpus(Task.MULTI_CLASS, ("a",))
    evaluation = evaluate_scores("f", part, NAMES, scores([2.0, -1, -1]), NO_THRESHOLDS, probabilities=False)
    assert "calibration_error" not in evaluation.metrics
