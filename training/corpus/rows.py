"""What one row of a file can be: a record with its label as written, or a bad row that says what was expected."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used.

    Attributes:
        source: where it stands, as `file:line` (the line where the row starts).
        what: what is wrong with it.
        expected: what would have been right.
    """

    source: str
    what: str
    expected: str

    def __str__(self) -> str:
        return f"{self.source}: {self.what}, expected {self.expected}"


@dataclass(frozen=True, slots=True)
class Record:
    """A row with its text, and its label as the format wrote it.

    Attributes:
        source: where it stands, as `file:line`.
        text: the text, unchanged.
        label: a JSON value, a cell of a table, or a tuple of labels; `None` when there is none.
    """

    source: str
    text: str
    label: object


@dataclass(frozen=True, slots=True)
class Blank:
    """A line without any content between rows: no row, yet counted."""

    source: str


Row: TypeAlias = Record | BadRow | Blank
Rows: TypeAlias = Iterator[Row]


class RowError(Exception):
    """One row is bad; the reader of the file turns this into a `BadRow` and goes on."""

    def __init__(self, what: str, expected: str) -> None:
        super().__init__(what)
        self.what = what
        self.expected = expected

    def at(self, source: str) -> BadRow:
        """The bad row that stands at `source`."""
        return BadRow(source, self.what, self.expected)


def checked_text(text: str) -> str:
    """The text itself, when every character of it can travel as UTF-8 through a graph and a wire.

    Raises:
        RowError: a NUL character or a lone surrogate.
    """
    if "\0" in text:
        raise RowError(f"NUL character at position {text.index(chr(0)) + 1} of the text", "text without NUL characters")
    if not text.isascii() and SURROGATE.search(text):
        raise RowError("the text holds half a surrogate pair", "complete Unicode characters")
    return text
