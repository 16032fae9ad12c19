"""Labelling a stream of texts with an exported version."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from training.corpus import UnlabelledText
from training.export.exported_model import ExportedModel
from training.metrics import predict_labels
from training.progress import Progress

_CHUNK = 2048


@dataclass(frozen=True, slots=True)
class Prediction:
    """The answer for one text.

    Attributes:
        text: the text and where it stands.
        labels: those it gets: one, or any number for multi-label.
        scores: the best labels with their calibrated probabilities, best first; equals in the order of the labels.
    """

    text: UnlabelledText
    labels: tuple[str, ...]
    scores: tuple[tuple[str, float], ...]


def label_texts(
    model: ExportedModel, texts: Iterable[UnlabelledText], top_k: int, progress: Progress
) -> Iterator[Prediction]:
    """Label texts in order, some thousand at a time.

    Args:
        model: an open version.
        texts: the texts.
        top_k: how many scores a text; 0 for all.
        progress: is told how many texts are done.
    """
    done = 0
    rest = iter(texts)
    while chunk := tuple(itertools.islice(rest, _CHUNK)):
        yield from _label_chunk(model, chunk, top_k)
        done += len(chunk)
        progress.message(f"{done:,} texts labelled")


def _label_chunk(model: ExportedModel, chunk: tuple[UnlabelledText, ...], top_k: int) -> Iterator[Prediction]:
    names = model.label_names
    scores = model.scores([row.text for row in chunk])
    predicted = predict_labels(model.task, scores, model.thresholds)
    best = np.argsort(-scores, axis=1, kind="stable")[:, : top_k or len(names)]
    for row, text in enumerate(chunk):
        yield Prediction(
            text=text,
            labels=tuple(names[int(column)] for column in np.flatnonzero(predicted[row])),
            scores=tuple((names[int(column)], float(scores[row, column])) for column in best[row]),
        )
