"""Predictions as CSV or JSON Lines."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from training.errors import TrainingError
from training.prediction import Prediction

Writer = Callable[[Iterable[Prediction]], None]


@contextmanager
def open_output(path: str | None) -> Iterator[TextIO]:
    """The file to write, in UTF-8 and without a change to line ends; standard output when there is no path.

    Raises:
        TrainingError: the file cannot be written.
    """
    if path is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    with _writing(path), Path(path).open("w", encoding="utf-8", newline="") as file:
        yield file


@contextmanager
def _writing(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TrainingError(f"cannot write {path}: {error.strerror}; give another place with --output") from error


def make_writer(format: str, file: TextIO, label_names: list[str], top_k: int) -> Writer:
    """The writer of a format, `csv` or `jsonl`; top_k of 0 means all labels."""
    if format == "jsonl":
        return lambda predictions: _write_jsonl(predictions, file)
    columns = min(top_k or len(label_names), len(label_names))
    return lambda predictions: _write_csv(predictions, file, columns)


def _write_jsonl(predictions: Iterable[Prediction], file: TextIO) -> None:
    for prediction in predictions:
        row = {
            "source": prediction.text.source,
            "text": prediction.text.text,
            "labels": prediction.labels,
            "scores": {label: _rounded(score) for label, score in prediction.scores},
        }
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _write_csv(predictions: Iterable[Prediction], file: TextIO, columns: int) -> None:
    writer = csv.writer(file, lineterminator="\n")
    best = [f"{name}_{rank}" for rank in range(1, columns + 1) for name in ("label", "score")]
    writer.writerow(["source", "text", "labels", *best])
    for prediction in predictions:
        scores = [cell for label, score in prediction.scores for cell in (label, _rounded(score))]
        writer.writerow([prediction.text.source, prediction.text.text, "|".join(prediction.labels), *scores])


def _rounded(score: float) -> float:
    """As many digits as a float32 has to tell."""
    return float(f"{score:.7g}")
