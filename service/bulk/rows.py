"""The texts of a file, one after another: a line each, or a field of each row of JSON Lines, CSV or TSV."""

import codecs
import csv
import gzip
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

STANDARD_INPUT = "-"
FORMATS = ("lines", "jsonl", "csv", "tsv")
_BY_SUFFIX = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv"}
_DELIMITERS = {"csv": ",", "tsv": "\t"}


class InputError(Exception):
    """The file cannot be read as asked; the message says what and where."""


@dataclass(frozen=True, slots=True)
class Row:
    """A text and where it stands, as `file:line`."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """What stands where a text should, and what was expected."""

    source: str
    reason: str

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


class RowReader:
    """Reads a file once, keeping nothing of it. A context manager, which closes it.

    Args:
        path: the file, gzipped where its name ends in .gz; `-` for standard input.
        format: one of `FORMATS`; by the name of the file when None, and lines where that says nothing.
        field: key or column of the text.

    Raises:
        InputError: the file cannot be opened.
    """

    def __init__(self, path: str, format: str | None = None, field: str = "text") -> None:
        self.name = "standard input" if path == STANDARD_INPUT else path
        self._format = format or _format_of(path)
        self._field = field
        try:
            self._raw: BinaryIO = sys.stdin.buffer if path == STANDARD_INPUT else Path(path).open("rb")  # noqa: SIM115
        except OSError as error:
            raise InputError(f"cannot read {path}: {error.strerror}") from error
        self._size = Path(path).stat().st_size if Path(path).is_file() else 0
        self._bytes: Any = gzip.GzipFile(fileobj=self._raw) if path.endswith(".gz") else self._raw

    def __enter__(self) -> Self:
        """Nothing: it is open."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the file, but for standard input."""
        if self._raw is not sys.stdin.buffer:
            self._bytes.close()
            self._raw.close()

    @property
    def share(self) -> float | None:
        """How much of the file has been read, from 0 to 1; None where nobody knows, as with a pipe."""
        if not self._size:
            return None
        return 1.0 if self._raw.closed else min(1.0, self._raw.tell() / self._size)

    def __iter__(self) -> Iterator[Row | BadRow]:
        """Yield every row, in order.

        Raises:
            InputError: the file breaks off, or a table has no such column.
        """
        try:
            yield from self._table() if self._format in _DELIMITERS else self._lines()
        except (OSError, EOFError) as error:
            raise InputError(f"cannot read {self.name}: {error}") from error

    def _lines(self) -> Iterator[Row | BadRow]:
        for number, line in enumerate(self._bytes, start=1):
            source = f"{self.name}:{number}"
            content = line.removesuffix(b"\n").removesuffix(b"\r")
            if number == 1:
                content = content.removeprefix(codecs.BOM_UTF8)
            try:
                text = content.decode()
            except UnicodeDecodeError as error:
                yield BadRow(source, f"not UTF-8: byte {error.object[error.start]:#x} at {error.start + 1}")
                continue
            yield Row(source, text) if self._format == "lines" else self._json(source, text)

    def _json(self, source: str, line: str) -> Row | BadRow:
        expected = f'expected an object such as {{"{self._field}": "…"}}'
        try:
            value = json.loads(line)
        except ValueError as error:
            return BadRow(source, f"not JSON: {error}; {expected}")
        text = value.get(self._field) if isinstance(value, dict) else None
        if not isinstance(text, str):
            return BadRow(source, f"no text under {self._field!r}; {expected}")
        return Row(source, text) if _is_unicode(text) else BadRow(source, "half of a surrogate pair; expected Unicode")

    def _table(self) -> Iterator[Row | BadRow]:
        # What is no UTF-8 becomes lone surrogates, so that the row is bad and the rest is not.
        self._bytes = lines = io.TextIOWrapper(self._bytes, "utf-8-sig", errors="surrogateescape", newline="")
        csv.field_size_limit(2**31 - 1)
        reader = csv.reader(lines, delimiter=_DELIMITERS[self._format], strict=True)
        header = next(reader, None)
        if header is None:
            return
        if self._field not in header:
            raise InputError(
                f"{self.name}:1: no column {self._field!r}; there are {', '.join(header)}: name one with --text-field"
            )
        column = header.index(self._field)
        while True:
            source = f"{self.name}:{reader.line_num + 1}"
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield BadRow(source, f"not {self._format.upper()}: {error}")
                continue
            if not cells:
                continue  # a blank line
            if len(cells) != len(header):
                yield BadRow(source, f"{len(cells)} columns; expected {len(header)}")
            elif not _is_unicode(cells[column]):
                yield BadRow(source, "not UTF-8")
            else:
                yield Row(source, cells[column])


def _format_of(path: str) -> str:
    return _BY_SUFFIX.get(Path(path.removesuffix(".gz")).suffix.lower(), "lines")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
