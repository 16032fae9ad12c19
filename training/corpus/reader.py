"""Labelled texts from a file or a folder: every row becomes an example or a bad row with its reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from training.config import DataConfig
from training.corpus.detection import detect_format
from training.corpus.labels import Labels, one_label, parse_labels
from training.corpus.records import read_records
from training.corpus.rows import BadRow, Blank, Record, Row, RowError
from training.errors import CorpusError
from training.examples import Corpus, Example, Task

_SHOWN = 10
_Labelled: TypeAlias = "tuple[Record, Labels] | BadRow"


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What a file held.

    Attributes:
        corpus: the examples, in the order of the file.
        bad_rows: the rows that are not among them, in the order of the file.
        blank_lines: lines without any content between the rows.
    """

    corpus: Corpus
    bad_rows: tuple[BadRow, ...]
    blank_lines: int


def read_corpus(path: str | Path, data: DataConfig, task: Task | None = None) -> ReadResult:
    """Read labelled texts.

    Args:
        path: CSV, TSV, JSONL or fastText file (each also `.gz`), or a folder with one folder per class.
        data: how it is written, and what to do with bad rows.
        task: what the texts are for; detected when absent and `data.task` is `auto`. Pass the task of train for dev
            and test.

    Raises:
        CorpusError: the file cannot be read as a whole; or it has bad rows and `data.on_bad_row` is `fail`.
    """
    task = task or (None if data.task == "auto" else Task(data.task))
    rows = list(read_records(path, detect_format(path, data), data, labelled=True))
    labelled = [_labelled(row, data, task) for row in rows if not isinstance(row, Blank)]
    result = _result(labelled, task or _detect_task(labelled), blank_lines=len(rows) - len(labelled))
    if result.bad_rows and data.on_bad_row == "fail":
        raise CorpusError(describe_bad_rows(path, result.bad_rows))
    return result


def describe_bad_rows(path: str | Path, bad_rows: Sequence[BadRow]) -> str:
    """The count, the first of them a line each, and the remedy."""
    count = "1 bad row" if len(bad_rows) == 1 else f"{len(bad_rows)} bad rows"
    shown = [f"  {row}" for row in bad_rows[:_SHOWN]]
    more = [f"  … and {len(bad_rows) - _SHOWN} more"] if len(bad_rows) > _SHOWN else []
    return "\n".join([f"{count} in {path} (correct them, or leave them out with --on-bad-row skip):", *shown, *more])


def _labelled(row: Row, data: DataConfig, task: Task | None) -> _Labelled:
    if not isinstance(row, Record):
        assert isinstance(row, BadRow)
        return row
    try:
        return row, parse_labels(row.label, data, task)
    except RowError as error:
        return error.at(row.source)


def _detect_task(rows: Iterable[_Labelled]) -> Task:
    several = any(row[1].several for row in rows if not isinstance(row, BadRow))
    return Task.MULTI_LABEL if several else Task.MULTI_CLASS


def _result(rows: Iterable[_Labelled], task: Task, blank_lines: int) -> ReadResult:
    examples: list[Example] = []
    bad_rows: list[BadRow] = []
    for row in rows:
        if isinstance(row, BadRow):
            bad_rows.append(row)
            continue
        record, labels = row
        try:
            examples.append(Example(record.text, one_label(labels, task), record.source))
        except RowError as error:
            bad_rows.append(error.at(record.source))
    return ReadResult(Corpus(tuple(examples), task), tuple(bad_rows), blank_lines)
