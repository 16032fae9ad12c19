import numpy as np
import pytest
from sklearn.metrics import f1_score

from training.thresholds import (
    best_f1_threshold,
    choose_thresholds,
    global_threshold,
    micro_f1,
    thresholds_per_label,
)


def test_the_best_threshold_beats_every_other_one() -> None:
    generator = np.random.default_rng(0)
    targets = generator.integers(0, 2, 60)
    scores = (generator.random(60) + 0.3 * targets).astype(np.float32).round(1)  # with ties
    best = f1_score(targets, scores >= best_f1_threshold(scores, targets))
    assert best == max(f1_score(targets, scores >= threshold, zero_division=0) for threshold in np.unique(scores))


@pytest.mark.parametrize(
    ("scores", "targets", "expected"),
    [
        ([0.9, 0.8, 0.4, 0.2], [1, 1, 0, 0], 0.6),  # midway between the two that it parts
        ([0.9, 0.2], [0, 0], 0.5),  # nothing to find
        ([0.9, 0.2], [1, 1], 0.2),  # everything to find
        ([-0.5, -0.7], [1, 1], -0.7),  # distances may be negative
    ],
)
def test_best_threshold_of_small_cases(scores: list[float], targets: list[int], expected: float) -> None:
    assert best_f1_threshold(np.array(scores), np.array(targets)) == pytest.approx(expected)


def separable(count: int, marks: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Each label stands exactly above its own mark."""
    scores = np.random.default_rng(3).random((count, len(marks)))
    return scores, (scores > marks).astype(float)


def test_labels_of_different_scale_get_thresholds_of_their_own() -> None:
    scores, targets = separable(400, [0.2, 0.8])
    np.testing.assert_allclose(choose_thresholds(scores, targets), [0.2, 0.8], atol=0.02)


def test_noise_alone_gets_one_threshold() -> None:
    generator = np.random.default_rng(5)
    targets = (generator.random((100, 8)) < 0.12).astype(float)
    scores = np.clip(0.5 * targets + 0.5 * generator.random(targets.shape), 0, 1)
    assert len(set(choose_thresholds(scores, targets).tolist())) == 1


def test_a_label_with_few_texts_takes_the_global_threshold() -> None:
    scores, targets = separable(300, [0.3, 0.7])
    targets[np.flatnonzero(targets[:, 1])[9:], 1] = 0
    assert thresholds_per_label(scores, targets)[1] == global_threshold(scores, targets)[1]


def test_no_label_anywhere_gives_a_half() -> None:
    assert choose_thresholds(np.full((4, 2), 0.9), np.zeros((4, 2))).tolist() == [0.5, 0.5]


def test_micro_f1_agrees_with_scikit_learn() -> None:
    generator = np.random.default_rng(7)
    decisions, targets = generator.integers(0, 2, (2, 30, 4))
    assert micro_f1(decisions, targets) == pytest.approx(f1_score(targets, decisions, average="micro"))
    assert micro_f1(decisions * 0, targets * 0) == 0.0
