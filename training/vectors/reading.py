"""Vector files as fastText, GloVe and word2vec write them: a line a word, the word and its numbers apart by spaces."""

import gzip
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from training.errors import CorpusError

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True)
class WordVectors:
    """The vectors of those words of a file that somebody wants.

    Attributes:
        width: numbers of each vector, whether or not any word was found.
        by_word: wanted word to <float32>[width].
    """

    width: int
    by_word: dict[str, Vector]


def read_vectors(path: str | Path, wanted: Collection[str]) -> WordVectors:
    """Read a file, gzipped where its name ends in .gz, keeping nothing but what is wanted.

    A first line of two whole numbers, as fastText and word2vec write it, is skipped. A wanted word that the file has
    with capitals only gets the vector of the first such form, files being sorted by frequency. Words with spaces in
    them, of which GloVe's largest file has some, are no tokens and passed over.

    Raises:
        CorpusError: the file cannot be read, or a line that is needed is not a word and as many numbers as the first.
    """
    try:
        with _open(Path(path)) as file:
            return _read(file, str(path), frozenset(wanted))
    except (OSError, EOFError) as error:
        raise CorpusError(f"cannot read the vectors {path}: {getattr(error, 'strerror', None) or error}") from error


def _open(path: Path) -> BinaryIO:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _read(file: BinaryIO, name: str, wanted: frozenset[str]) -> WordVectors:
    lines = _rows(file)
    try:
        number, _, numbers = first = next(lines)
    except StopIteration:
        raise CorpusError(f"{name}: no vectors in it; expected a word and its numbers on every line") from None
    width = len(numbers.split())
    if not width:
        raise CorpusError(f"{name}:{number}: a word without numbers; expected a word and its vector, apart by spaces")
    exact: dict[str, Vector] = {}
    folded: dict[str, Vector] = {}
    for number, word, numbers in chain([first], lines):
        key, found = (word, exact) if word in wanted else (word.lower(), folded)
        if key in wanted and key not in found:
            vector = _vector(numbers, width, f"{name}:{number}")
            if vector is not None:
                found[key] = vector
    return WordVectors(width, folded | exact)


def _rows(file: BinaryIO) -> Iterator[tuple[int, str, bytes]]:
    """Line number, word and numbers of every line but blank ones and the head."""
    for number, line in enumerate(file, start=1):
        word, _, numbers = line.strip().partition(b" ")
        is_head = number == 1 and word.isdigit() and numbers.isdigit()
        if word and not is_head:
            yield number, word.decode("utf-8", errors="replace"), numbers


def _vector(numbers: bytes, width: int, where: str) -> Vector | None:
    """The numbers, or None where there are more than that because a part of the word is among them."""
    fields = numbers.split()
    if len(fields) > width:
        return None
    expected = f"expected a word and {width} numbers"
    if len(fields) < width:
        raise CorpusError(f"{where}: {len(fields)} numbers; {expected}, as on the first line")
    try:
        vector = np.array(fields, np.float32)
    except ValueError as error:
        raise CorpusError(f"{where}: {error}; {expected}") from error
    if not np.isfinite(vector).all():
        raise CorpusError(f"{where}: a number that is not finite; {expected}")
    return vector
