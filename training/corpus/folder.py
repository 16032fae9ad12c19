"""A folder per class: every file below `<class>/` is one text."""

from collections.abc import Iterator
from pathlib import Path

from training.corpus.lines import checked_line, read_lines
from training.corpus.rows import BadRow, Record, Row, RowError, Rows, checked_text


def read_folder(root: Path, encoding: str, labelled: bool = True) -> Rows:
    """Records of all files below `root`, in the order of their paths; hidden files and folders are no texts."""
    for path in sorted(_files(root)):
        folders = path.relative_to(root).parts[:-1]
        if labelled and not folders:
            yield BadRow(f"{path}:1", "a file outside any class folder", f"{root}/<class>/{path.name}")
        else:
            yield _read_file(path, encoding, folders[0] if folders else None)


def _files(root: Path) -> Iterator[Path]:
    for path in root.rglob("*"):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(root).parts):
            yield path


def _read_file(path: Path, encoding: str, label: str | None) -> Row:
    pieces = []
    for line in read_lines(path, encoding):
        try:
            pieces.append(checked_text(checked_line(line.text, encoding)))
        except RowError as error:
            return error.at(f"{path}:{line.number}")
    return Record(f"{path}:1", _without_last_newline("".join(pieces)), label)


def _without_last_newline(text: str) -> str:
    """The text without the newline that ends the file: it belongs to the file, not to the text."""
    return text.removesuffix("\n").removesuffix("\r")
