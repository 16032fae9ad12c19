"""Unlabelled texts, as a stream: nothing of the file stays in memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from training.config import DataConfig
from training.corpus.detection import detect_text_format
from training.corpus.lines import STANDARD_INPUT, Line, checked_line, read_lines
from training.corpus.records import read_records
from training.corpus.rows import BadRow, Record, RowError, Rows, checked_text
from training.errors import CorpusError


@dataclass(frozen=True, slots=True)
class UnlabelledText:
    """One text without a label.

    Attributes:
        text: the text, unchanged.
        source: where it stands, as `file:line`.
    """

    text: str
    source: str


def read_texts(path: str | Path, data: DataConfig) -> Iterator[UnlabelledText | BadRow]:
    """Yield the texts of a file, a folder, or standard input (`-`), in order.

    A table or JSONL file gives its text column. Any other file, and standard input, holds one text a line; an empty
    line is an empty text. Bad rows come in their place, so that the reader of the stream can count and name them.

    Raises:
        CorpusError: the whole cannot be read; or a row is bad and `data.on_bad_row` is `fail`.
    """
    for row in _rows(path, data):
        if isinstance(row, Record):
            yield UnlabelledText(row.text, row.source)
        elif isinstance(row, BadRow):
            if data.on_bad_row == "fail":
                raise CorpusError(f"{row} (--on-bad-row skip leaves bad rows out)")
            yield row


def _rows(path: str | Path, data: DataConfig) -> Rows:
    format = detect_text_format(path, data)
    if format == "lines":
        name = "standard input" if str(path) == STANDARD_INPUT else str(path)
        return _plain_lines(read_lines(path, data.encoding), name, data.encoding)
    return read_records(path, format, data, labelled=False)


def _plain_lines(lines: Iterable[Line], name: str, encoding: str) -> Rows:
    for line in lines:
        source = f"{name}:{line.number}"
        try:
            yield Record(source, checked_text(checked_line(line.content, encoding)), None)
        except RowError as error:
            yield error.at(source)
