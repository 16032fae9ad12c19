"""How good scores are: thin functions over scikit-learn, for multi-class and multi-label alike."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from sklearn.metrics import confusion_matrix as sklearn_confusion_matrix
from sklearn.metrics import f1_score, precision_recall_fscore_support

from training.examples import Task

FloatArray = npt.NDArray[np.floating]
Metric = Literal["accuracy", "macro_f1", "micro_f1"]

# Evenness (Pielou 1966): entropy of the class shares over that of equal shares. Below it, accuracy says little.
_LEAST_EVENNESS = 0.8


@dataclass(frozen=True, slots=True)
class LabelMetrics:
    """How one label fares; support is the number of texts that have it."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int


def decide_metric(task: Task, class_counts: Sequence[int]) -> Metric:
    """The metric to choose by: micro-F1 for multi-label, macro-F1 where the classes are skewed, else accuracy."""
    if task is Task.MULTI_LABEL:
        return "micro_f1"
    return "macro_f1" if _evenness(class_counts) < _LEAST_EVENNESS else "accuracy"


def _evenness(counts: Sequence[int]) -> float:
    total = sum(counts)
    if len(counts) < 2 or total == 0:
        return 1.0
    shares = [count / total for count in counts if count]
    return -sum(share * math.log(share) for share in shares) / math.log(len(counts))


def predict_labels(task: Task, scores: FloatArray, thresholds: FloatArray | None = None) -> npt.NDArray[np.bool_]:
    """Which labels are predicted, <bool>[texts, labels].

    Args:
        task: multi-class takes the best label (the first of equals), multi-label all that reach their threshold.
        scores: [texts, labels]; for multi-class any monotonous form of them will do.
        thresholds: [labels], for multi-label; 0.5 where not given.
    """
    if task is Task.MULTI_LABEL:
        return np.asarray(scores >= (0.5 if thresholds is None else thresholds))
    predicted = np.zeros(scores.shape, bool)
    predicted[np.arange(len(scores)), scores.argmax(axis=1)] = True
    return predicted


def compute_metrics(
    task: Task,
    targets: FloatArray,
    scores: FloatArray,
    label_names: Sequence[str],
    thresholds: FloatArray | None = None,
) -> dict[str, float]:
    """Accuracy, macro-F1 and micro-F1.

    Accuracy of multi-label means that all labels of a text are right. Macro-F1 is over the labels that occur in the
    targets or the predictions. A multi-class text with no target (its label was not in training) counts as wrong.

    Args:
        task: the task.
        targets: one-hot or multi-hot [texts, labels].
        scores: [texts, labels].
        label_names: names of the columns.
        thresholds: see predict_labels.
    """
    _check_shapes(targets, scores, label_names)
    wanted, predicted = targets > 0.5, predict_labels(task, scores, thresholds)
    occurring = np.flatnonzero(wanted.any(axis=0) | predicted.any(axis=0))
    options = {"labels": occurring, "zero_division": 0.0}
    exact = float((wanted == predicted).all(axis=1).mean()) if len(wanted) else 0.0
    return {
        "accuracy": exact,
        "macro_f1": float(f1_score(wanted, predicted, average="macro", **options)) if len(occurring) else 0.0,
        "micro_f1": float(f1_score(wanted, predicted, average="micro", **options)) if len(occurring) else 0.0,
    }


def compute_label_metrics(
    task: Task,
    targets: FloatArray,
    scores: FloatArray,
    label_names: Sequence[str],
    thresholds: FloatArray | None = None,
) -> list[LabelMetrics]:
    """Precision, recall, F1 and support of every label, in the order of `label_names`; arguments as compute_metrics."""
    _check_shapes(targets, scores, label_names)
    wanted, predicted = targets > 0.5, predict_labels(task, scores, thresholds)
    columns = precision_recall_fscore_support(
        wanted, predicted, labels=range(len(label_names)), average=None, zero_division=0.0
    )
    return [
        LabelMetrics(label, float(precision), float(recall), float(f1), int(support))
        for label, precision, recall, f1, support in zip(label_names, *columns, strict=True)
    ]


def confusion_matrix(targets: FloatArray, scores: FloatArray) -> npt.NDArray[np.int64]:
    """Multi-class counts <int64>[labels, labels]: rows are the targets, columns the predictions."""
    known = targets.sum(axis=1) > 0
    labels = range(targets.shape[1])
    matrix = sklearn_confusion_matrix(targets[known].argmax(axis=1), scores[known].argmax(axis=1), labels=labels)
    return np.asarray(matrix, np.int64)


def _check_shapes(targets: FloatArray, scores: FloatArray, label_names: Sequence[str]) -> None:
    if targets.shape != scores.shape or targets.shape[1:] != (len(label_names),):
        raise ValueError(
            f"targets {targets.shape} and scores {scores.shape} must both be [texts, {len(label_names)} labels]"
        )
