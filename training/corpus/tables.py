"""CSV (quoted, RFC 4180; comma, tab or semicolon) and TSV (quotes are plain characters) with a header."""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence

from training.corpus.columns import Columns, Header
from training.corpus.lines import Line, checked_line
from training.corpus.rows import BadRow, Blank, Record, RowError, Rows, checked_text
from training.errors import CorpusError


class TableReader:
    """Turns the cells of a table's rows into records, once its header is known."""

    def __init__(self, path: str, columns: Columns, encoding: str) -> None:
        self._path = path
        self._columns = columns
        self._encoding = encoding

    def read_tsv(self, lines: Iterable[Line]) -> Rows:
        """Records of a TSV file: one line a row, a tab between cells, nothing quoted."""
        return self._records((line.number, line.content, line.content.split("\t")) for line in lines)

    def read_csv(self, lines: Iterable[Line]) -> Rows:
        """Records of a CSV file; a quoted cell may hold newlines, a row counts from the line where it starts."""
        return self._records(_csv_rows(lines))

    def _records(self, rows: Iterator[tuple[int, str, Sequence[str] | RowError]]) -> Rows:
        header: Header | None = None
        for number, raw, cells in rows:
            source = f"{self._path}:{number}"
            try:
                checked_line(raw, self._encoding)
                if isinstance(cells, RowError):
                    raise cells
                if not raw.strip("\r\n"):
                    yield Blank(source)
                elif header is None:
                    header = Header.parse(cells, self._columns, source)
                else:
                    yield _record(cells, header, source)
            except RowError as error:
                yield self._bad_row(error, header, source)
        if header is None:
            raise CorpusError(f"{self._path} has no header; expected a first line that names the columns")

    def _bad_row(self, error: RowError, header: Header | None, source: str) -> BadRow:
        if header is None:
            raise CorpusError(f"{source}: the header cannot be read: {error.what}, expected {error.expected}")
        return error.at(source)


def _record(cells: Sequence[str], header: Header, source: str) -> Record:
    if len(cells) != len(header.names):
        fields = "1 field" if len(cells) == 1 else f"{len(cells)} fields"
        raise RowError(fields, f"{len(header.names)}: {', '.join(header.names)}")
    label = None if header.label is None else cells[header.label]
    return Record(source, checked_text(cells[header.text]), label)


def _csv_rows(lines: Iterable[Line]) -> Iterator[tuple[int, str, Sequence[str] | RowError]]:
    """Yield line number, raw text and cells of each row.

    A row that breaks the quoting rules is given up after its first line, and reading goes on with the next line: one
    stray quote must not swallow the rest of the file.
    """
    csv.field_size_limit(sys.maxsize)  # the default of 128 KiB is below a long document
    source = _Rewindable(lines)
    reader = csv.reader(source, delimiter=source.delimiter(), strict=True)
    while True:
        try:
            cells: Sequence[str] | RowError = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            source.rewind_to_second_line()
            reader = csv.reader(source, delimiter=source.delimiter(), strict=True)
            cells = _quoting_error(error)
        yield (*source.take_row(), cells)


def _quoting_error(error: csv.Error) -> RowError:
    if "unexpected end" in str(error):
        return RowError(
            "a quoted cell that is never closed", 'a closing " (a quote inside a quoted cell is written "")'
        )
    return RowError(f"wrong quoting ({error})", 'cells with commas, quotes or newlines as "…", quotes inside as ""')


class _Rewindable:
    """Feeds lines to the CSV parser and remembers those of the current row."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = iter(lines)
        self._again: list[Line] = []  # in reverse
        self._row: list[Line] = []
        self._delimiter = ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self._row.append(line)
        return line.text

    def delimiter(self) -> str:
        """The comma; or where the header has none, a tab or (as spreadsheets of some countries write) a semicolon."""
        if not self._delimiter:
            first = next(self._lines, None)
            self._again = [first] if first else []
            header = first.text if first else ""
            self._delimiter = next((delimiter for delimiter in ",\t;" if delimiter in header), ",")
        return self._delimiter

    def rewind_to_second_line(self) -> None:
        """Give the lines of the current row back, but for the first."""
        self._again.extend(reversed(self._row[1:]))
        del self._row[1:]

    def take_row(self) -> tuple[int, str]:
        """First line number and raw text of the row that is complete, and begin the next one."""
        number, raw = self._row[0].number, "".join(line.text for line in self._row)
        self._row = []
        return number, raw
