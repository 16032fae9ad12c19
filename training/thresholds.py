"""From which score on a multi-label text has a label: chosen on dev, per label only where that truly helps."""

from typing import Any

import numpy as np
import numpy.typing as npt

_MIN_POSITIVES = 10
_FOLDS = 5
_DEFAULT = 0.5


def choose_thresholds(scores: npt.NDArray[Any], targets: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """One threshold for all labels, or one each, whichever wins on texts that it was not tuned on.

    Both ways are tuned on four fifths of dev and judged by micro-F1 on the rest, five times; the winner is then tuned
    on all of dev.

    Args:
        scores: <float>[texts, labels], of dev.
        targets: multi-hot <float>[texts, labels].

    Returns:
        <float32>[labels]; 0.5 everywhere when dev has no label at all.
    """
    each_wins = _cross_fitted_f1(scores, targets, thresholds_per_label) > _cross_fitted_f1(
        scores, targets, global_threshold
    )
    return thresholds_per_label(scores, targets) if each_wins else global_threshold(scores, targets)


def global_threshold(scores: npt.NDArray[Any], targets: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """The one threshold with the best micro-F1, for every label: <float32>[labels]."""
    return np.full(scores.shape[1], best_f1_threshold(scores.ravel(), targets.ravel()), dtype=np.float32)


def thresholds_per_label(scores: npt.NDArray[Any], targets: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """The threshold with the best F1 of each label; the global one where a label has fewer than ten texts."""
    thresholds = global_threshold(scores, targets)
    for label in np.flatnonzero(targets.sum(axis=0) >= _MIN_POSITIVES):
        thresholds[label] = best_f1_threshold(scores[:, label], targets[:, label])
    return thresholds


def best_f1_threshold(scores: npt.NDArray[Any], targets: npt.NDArray[Any]) -> float:
    """The threshold with the best F1 of one column, midway between two neighbouring scores; 0.5 without positives."""
    if not targets.sum():
        return _DEFAULT
    order = np.argsort(-scores, kind="stable")
    ranked = np.asarray(scores[order], dtype=np.float64)
    hits = np.cumsum(targets[order])
    f1 = 2 * hits / (np.arange(1, len(ranked) + 1) + targets.sum())
    # A threshold can fall between different scores only.
    f1[:-1][ranked[:-1] == ranked[1:]] = -1.0
    last = int(f1.argmax())
    below = ranked[min(last + 1, len(ranked) - 1)]
    return float((ranked[last] + below) / 2)


def micro_f1(decisions: npt.NDArray[Any], targets: npt.NDArray[Any]) -> float:
    """F1 over all pairs of text and label; 0 when there is neither a label nor a decision for one."""
    total = decisions.sum() + targets.sum()
    return float(2 * (decisions * targets).sum() / total) if total else 0.0


def _cross_fitted_f1(scores: npt.NDArray[Any], targets: npt.NDArray[Any], tune: Any) -> float:
    folds = np.arange(len(scores)) % _FOLDS
    decisions = np.zeros(scores.shape, dtype=bool)
    for fold in range(min(_FOLDS, len(scores))):
        held_out = folds == fold
        thresholds = tune(scores[~held_out], targets[~held_out])
        decisions[held_out] = scores[held_out] >= thresholds
    return micro_f1(decisions, targets)
