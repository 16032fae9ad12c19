"""How good scores are on one labelled part: figures, labels, confusions and the worst mistakes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from training.calibration import expected_calibration_error
from training.examples import Corpus, Task
from training.metrics import LabelMetrics, compute_label_metrics, compute_metrics, confusion_matrix, predict_labels
from training.targets import multi_hot

_SMALLEST = 1e-12


@dataclass(frozen=True, slots=True)
class Mistake:
    """A text that got other labels than it has; `surprise` is its loss in nats."""

    text: str
    source: str
    expected: tuple[str, ...]
    predicted: tuple[str, ...]
    surprise: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often texts of one label got another."""

    expected: str
    predicted: str
    count: int


@dataclass(frozen=True)
class Evaluation:
    """What can be said of scores on a part.

    Attributes:
        part: its name, such as "test".
        texts: how many texts it has.
        metrics: name to value: accuracy, macro_f1, micro_f1 and, for probabilities, calibration_error.
        label_metrics: one a label, in the order of the model's labels.
        confusion: <int64>[labels, labels] for multi-class, rows expected; None for multi-label.
        mistakes: the wrong texts, the most surprising first.
    """

    part: str
    texts: int
    metrics: dict[str, float]
    label_metrics: tuple[LabelMetrics, ...]
    confusion: npt.NDArray[np.int64] | None
    mistakes: tuple[Mistake, ...]

    @property
    def label_names(self) -> list[str]:
        """The labels, in order."""
        return [metrics.label for metrics in self.label_metrics]

    def top_confusions(self, count: int) -> list[Confusion]:
        """The most frequent confusions of a multi-class part."""
        if self.confusion is None:
            return []
        wrong = self.confusion.copy()
        np.fill_diagonal(wrong, 0)
        order = np.argsort(-wrong, axis=None, kind="stable")[:count]
        names = self.label_names
        pairs = [divmod(int(cell), len(names)) for cell in order]
        return [Confusion(names[row], names[col], int(wrong[row, col])) for row, col in pairs if wrong[row, col]]


def evaluate_scores(
    part: str,
    corpus: Corpus,
    label_names: Sequence[str],
    scores: npt.NDArray[np.float32],
    thresholds: npt.NDArray[np.float32],
    probabilities: bool = True,
) -> Evaluation:
    """Compare scores with what a corpus says.

    Args:
        part: name of the corpus.
        corpus: the labelled texts; labels that are not among the names count as missed.
        label_names: in the order of the columns of the scores.
        scores: <float32>[texts, labels].
        thresholds: <float32>[labels], for multi-label.
        probabilities: whether the scores are, so that their calibration means something.
    """
    task, targets = corpus.task, multi_hot(corpus, label_names)
    metrics = compute_metrics(task, targets, scores, label_names, thresholds)
    if probabilities:
        metrics["calibration_error"] = expected_calibration_error(scores, targets, task)
    return Evaluation(
        part=part,
        texts=len(corpus),
        metrics=metrics,
        label_metrics=tuple(compute_label_metrics(task, targets, scores, label_names, thresholds)),
        confusion=confusion_matrix(targets, scores) if task is Task.MULTI_CLASS else None,
        mistakes=_find_mistakes(corpus, label_names, targets, scores, predict_labels(task, scores, thresholds)),
    )


def _find_mistakes(
    corpus: Corpus,
    label_names: Sequence[str],
    targets: npt.NDArray[Any],
    scores: npt.NDArray[Any],
    predicted: npt.NDArray[np.bool_],
) -> tuple[Mistake, ...]:
    surprise = _surprise(targets, scores, corpus.task)
    wrong = np.flatnonzero((predicted != (targets > 0)).any(axis=1))
    order = wrong[np.argsort(-surprise[wrong], kind="stable")]
    return tuple(
        Mistake(
            text=corpus.examples[row].text,
            source=corpus.examples[row].source,
            expected=corpus.examples[row].labels,
            predicted=tuple(label_names[int(column)] for column in np.flatnonzero(predicted[row])),
            surprise=float(surprise[row]),
        )
        for row in order
    )


def _surprise(targets: npt.NDArray[Any], scores: npt.NDArray[Any], task: Task) -> npt.NDArray[np.float64]:
    """Negative log-likelihood of each text <float64>[texts]."""
    likely = np.log(np.clip(scores.astype(np.float64), _SMALLEST, 1))
    loss = -(targets * likely).sum(axis=1)
    if task is Task.MULTI_LABEL:
        unlikely = np.log(np.clip(1 - scores.astype(np.float64), _SMALLEST, 1))
        loss -= ((1 - targets) * unlikely).sum(axis=1)
    return np.asarray(loss)
