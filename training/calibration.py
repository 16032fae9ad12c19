"""Temperature scaling (Guo et al. 2017): one number, fitted on dev, that makes scores mean probabilities."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_expit, log_softmax, softmax

from training.examples import Task
from training.thresholds import choose_thresholds

_LOG_TEMPERATURE_BOUNDS = (np.log(0.05), np.log(20.0))
_BINS = 15


@dataclass(frozen=True)
class Calibration:
    """What dev says of the network's probabilities.

    Attributes:
        temperature: divides the logits.
        thresholds: <float32>[labels], for multi-label; zeros for multi-class.
        error_before: expected calibration error on dev without the temperature.
        error_after: the same with it.
    """

    temperature: float
    thresholds: npt.NDArray[np.float32]
    error_before: float
    error_after: float


def calibrate(logits: npt.NDArray[Any], targets: npt.NDArray[Any], task: Task) -> Calibration:
    """Fit temperature and, for multi-label, thresholds to dev logits and targets <float>[texts, labels]."""
    temperature = fit_temperature(logits, targets, task)
    scores = calibrated_scores(logits, temperature, task)
    multi_label = task is Task.MULTI_LABEL
    return Calibration(
        temperature=temperature,
        thresholds=choose_thresholds(scores, targets) if multi_label else np.zeros(logits.shape[1], np.float32),
        error_before=expected_calibration_error(calibrated_scores(logits, 1.0, task), targets, task),
        error_after=expected_calibration_error(scores, targets, task),
    )


def fit_temperature(logits: npt.NDArray[Any], targets: npt.NDArray[Any], task: Task) -> float:
    """The temperature that minimises the negative log-likelihood on dev.

    Args:
        logits: <float>[texts, labels].
        targets: one-hot or multi-hot <float>[texts, labels].
        task: softmax for MULTI_CLASS, sigmoid for MULTI_LABEL.

    Returns:
        A float32 between 0.05 and 20; 1 when there are no texts, or none fits better.
    """
    if not len(logits):
        return 1.0
    exact = np.asarray(logits, dtype=np.float64)

    def loss(log_temperature: float) -> float:
        return negative_log_likelihood(exact / np.exp(log_temperature), targets, task)

    found = minimize_scalar(loss, bounds=_LOG_TEMPERATURE_BOUNDS, method="bounded")
    return float(np.float32(np.exp(found.x))) if found.fun < loss(0.0) else 1.0


def negative_log_likelihood(logits: npt.NDArray[Any], targets: npt.NDArray[Any], task: Task) -> float:
    """Mean over the texts (MULTI_CLASS), or over texts and labels (MULTI_LABEL), in nats."""
    if task is Task.MULTI_CLASS:
        return float(-(targets * log_softmax(logits, axis=1)).sum(axis=1).mean())
    return float(-(targets * log_expit(logits) + (1 - targets) * log_expit(-logits)).mean())


def calibrated_scores(logits: npt.NDArray[Any], temperature: float, task: Task) -> npt.NDArray[np.float32]:
    """Probabilities <float32>[texts, labels], as the exported graph computes them."""
    scaled = np.asarray(logits, dtype=np.float32) / np.float32(temperature)
    return np.asarray(softmax(scaled, axis=1) if task is Task.MULTI_CLASS else expit(scaled), dtype=np.float32)


def expected_calibration_error(scores: npt.NDArray[Any], targets: npt.NDArray[Any], task: Task) -> float:
    """Mean distance between confidence and accuracy over 15 bins of equal width, weighted by their size.

    MULTI_CLASS looks at the best label of each text; MULTI_LABEL at every pair of text and label.
    """
    if task is Task.MULTI_CLASS:
        best = scores.argmax(axis=1)[:, None]
        confidence = np.take_along_axis(scores, best, axis=1).ravel()
        correct = np.take_along_axis(targets, best, axis=1).ravel()
    else:
        confidence, correct = scores.ravel(), targets.ravel()
    if not confidence.size:
        return 0.0
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=correct - confidence.astype(np.float64), minlength=_BINS)
    return float(np.abs(gaps).sum() / confidence.size)
