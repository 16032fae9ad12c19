"""Files as numbered lines: compression, byte order marks, encodings and the three newline conventions end here."""

import codecs
import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from training.corpus.rows import SURROGATE, RowError
from training.errors import CorpusError

STANDARD_INPUT = "-"
_SAMPLE_BYTES = 1 << 20
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MARK_INVALID = "textgate.mark_invalid"


class Line(NamedTuple):
    """One line, with its newline; `number` counts from 1."""

    number: int
    text: str

    @property
    def content(self) -> str:
        """The line without its newline."""
        return self.text.removesuffix("\n").removesuffix("\r")


def read_lines(path: str | Path, encoding: str) -> Iterator[Line]:
    r"""Yield the lines of a file (`-`: standard input), decoded, one at a time.

    Lines end with `\n` or `\r\n`, or with `\r` where a file has no `\n`. Bytes that are invalid in the encoding become
    lone surrogates, which `checked_line` refuses, so that one bad byte costs one row.

    Raises:
        CorpusError: the file cannot be read, or the encoding is unknown or plainly another one.
    """
    with _explained(path), _open(path) as stream:
        sample = stream.peek(_SAMPLE_BYTES)
        codec = _codec(path, encoding, sample)
        newline = _newline(sample.decode(codec, errors="replace"))
        text = io.TextIOWrapper(cast(BinaryIO, stream), encoding=codec, errors=_MARK_INVALID, newline=newline)
        try:
            for number, line in enumerate(text, start=1):
                yield Line(number, line)
        finally:
            text.detach()  # or it would close standard input when it goes


def checked_line(text: str, encoding: str) -> str:
    """The line itself, when all of its bytes were valid.

    Raises:
        RowError: it holds bytes that are invalid in the encoding.
    """
    found = None if text.isascii() else SURROGATE.search(text)
    if found:
        byte = ord(found[0]) - 0xDC00
        raise RowError(
            f"byte 0x{byte:02X} at column {found.start() + 1} is not {encoding}",
            f"{encoding} text (--encoding names another encoding)",
        )
    return text


def compressed(path: Path) -> bool:
    """Whether the name says gzip."""
    return path.suffix.lower() == ".gz"


def _open(path: str | Path) -> "nullcontext[io.BufferedReader] | io.BufferedReader":
    if str(path) == STANDARD_INPUT:
        return nullcontext(cast(io.BufferedReader, sys.stdin.buffer))
    path = Path(path)
    raw = gzip.GzipFile(path) if compressed(path) else path.open("rb", buffering=0)
    return io.BufferedReader(cast(io.RawIOBase, raw), _SAMPLE_BYTES)


def _codec(path: str | Path, encoding: str, sample: bytes) -> str:
    name = codecs.lookup(encoding).name
    if name not in ("utf-8", "utf-8-sig"):
        return name
    if sample.startswith(_WIDE_MARKS):
        raise CorpusError(f"{path} is UTF-16, not {encoding}: read it with --encoding utf-16")
    return "utf-8-sig"


def _newline(sample: str) -> str:
    return "\r" if "\r" in sample and "\n" not in sample else "\n"


@contextmanager
def _explained(path: str | Path) -> Iterator[None]:
    try:
        yield
    except LookupError as error:
        raise CorpusError(f"{path}: {error}; --encoding takes names such as utf-8, gb18030, cp1252") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise CorpusError(f"{path} is not a complete gzip file: {error}") from error
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {error.strerror or error}") from error


def _mark_invalid(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(_MARK_INVALID, _mark_invalid)
