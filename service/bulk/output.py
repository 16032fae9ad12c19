"""The answers as a file: written row by row, and taken up again where it was left off."""

import csv
import io
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from service.bulk.rows import Row
from service.types import TextResult

FORMATS = ("jsonl", "csv")
SEPARATOR = "|"


class OutputError(Exception):
    """The file cannot be written, or not be taken up again; the message says why."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What stands in an output already: the number of answers, and the source of the last."""

    rows: int
    last_source: str


Writer = Callable[[Sequence[tuple[Row, TextResult]]], None]


def make_writer(file: TextIO, format: str, columns: int, with_head: bool) -> Writer:
    """Return what writes answers to a file, each batch as a whole, and makes them readable at once.

    Args:
        file: where to; opened with newline="".
        format: jsonl (`source`, `text`, `labels`, `scores`, best first) or csv (the same, and `columns` pairs of
            label and score).
        columns: labels with scores of a row of csv.
        with_head: whether a csv still needs its head.
    """
    if format == "jsonl":
        return _writes(file, lambda pairs: "".join(_json_line(row, result) for row, result in pairs))
    head = ["source", "text", "labels", *(f"{name}_{n + 1}" for n in range(columns) for name in ("label", "score"))]
    if with_head:
        file.write(_csv_lines([head]))
    return _writes(file, lambda pairs: _csv_lines([_csv_cells(row, result, columns) for row, result in pairs]))


def recover(path: Path, format: str) -> Recovered:
    """Cut off what is not a whole row at the end of a file, and say what is left.

    Raises:
        OutputError: it cannot be read or written, or is not of this format.
    """
    rows, end, last, quotes = 0, 0, b"", 0
    try:
        with path.open("rb+") as file:
            record = b""
            for line in file:
                record += line
                quotes += line.count(b'"') if format == "csv" else 0
                if line.endswith(b"\n") and quotes % 2 == 0:  # not within a quoted cell
                    rows, end, last, record = rows + 1, end + len(record), record, b""
            file.truncate(end)
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputError(f"cannot take up {path} again: {error.strerror}") from error
    if format == "csv":
        rows = max(0, rows - 1)
    return Recovered(rows, _source_of(last, format, path) if rows else "")


def _source_of(record: bytes, format: str, path: Path) -> str:
    try:
        if format == "jsonl":
            return str(json.loads(record)["source"])
        return next(csv.reader([record.decode()]))[0]
    except (ValueError, KeyError, TypeError, IndexError, StopIteration) as error:
        raise OutputError(f"{path} is no output in {format}: its last row has no source") from error


def _writes(file: TextIO, render: Callable[[Sequence[tuple[Row, TextResult]]], str]) -> Writer:
    def write(pairs: Sequence[tuple[Row, TextResult]]) -> None:
        file.write(render(pairs))
        file.flush()

    return write


def _json_line(row: Row, result: TextResult) -> str:
    answer = {
        "source": row.source,
        "text": row.text,
        "labels": [label.label for label in result.labels if label.predicted],
        "scores": {label.label: _rounded(label.score) for label in result.labels},
    }
    return json.dumps(answer, ensure_ascii=False) + "\n"


def _csv_cells(row: Row, result: TextResult, columns: int) -> list[str]:
    predicted = SEPARATOR.join(label.label for label in result.labels if label.predicted)
    scores = [cell for label in result.labels[:columns] for cell in (label.label, str(_rounded(label.score)))]
    return [row.source, row.text, predicted, *scores, *[""] * (2 * columns - len(scores))]


def _csv_lines(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _rounded(score: float) -> float:
    """To the precision that float32 has."""
    return float(f"{score:.7g}")
