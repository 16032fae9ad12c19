"""Made-up tasks, each of which only some networks can do; texts without end, drawn from a seeded generator."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Int32Array = npt.NDArray[np.int32]
Draw = Callable[[np.random.Generator, int], tuple[Int32Array, Int32Array]]

# Token ids 0 and 1 are padding and unknown, as everywhere.
_FIRST_ID = 2
_NOISE = 16
_SYMBOLS = 8
_MARKED_TOKENS = 16


@dataclass(frozen=True)
class MemoryTask:
    """Texts of one length and their answers.

    Attributes:
        label_count: how many answers there are; all are as frequent, so that chance is one over this.
        vocabulary_size: token ids are below this.
        tokens: of every text.
        draw: gives, for a generator and a number of texts, token_ids <int32>[texts, tokens] and answers <int32>[texts].
    """

    label_count: int
    vocabulary_size: int
    tokens: int
    draw: Draw

    @property
    def chance(self) -> float:
        """Accuracy of guessing."""
        return 1 / self.label_count


def recall(distance: int, in_the_middle: bool = False) -> MemoryTask:
    """Name the symbol, of eight, that came first, `distance` tokens ago: the latch problem (Bengio et al. 1994).

    All other tokens are symbols too, drawn from the same eight: only its place tells which one is asked for, so a
    network must let it in and keep the others out (Hochreiter & Schmidhuber 1997, section 5.3).

    Args:
        distance: tokens after the symbol that is asked for.
        in_the_middle: as many stand before it, and a mark on each side of it tells which one is asked for.
    """

    def draw(generator: np.random.Generator, texts: int) -> tuple[Int32Array, Int32Array]:
        answers = generator.integers(0, _SYMBOLS, texts, np.int32)
        place = distance if in_the_middle else 0
        token_ids = generator.integers(_FIRST_ID, _FIRST_ID + _SYMBOLS, (texts, place + 1 + distance), np.int32)
        token_ids[:, place] = _FIRST_ID + answers
        if in_the_middle:
            token_ids[:, [place - 1, place + 1]] = _FIRST_ID + _SYMBOLS
        return token_ids, answers

    tokens = (2 if in_the_middle else 1) * distance + 1
    return MemoryTask(_SYMBOLS, _FIRST_ID + _SYMBOLS + 1, tokens, draw)


def marked(distance: int, mark_to_the_right: bool = True) -> MemoryTask:
    """Name the symbol, of eight, that stands `distance` tokens before a mark; or behind it, if the mark is to the left.

    Who meets the mark first waits for `distance` tokens and keeps one symbol. Who meets it last must have kept the
    `distance` latest symbols at any time.

    Args:
        distance: from the symbol to the mark, at most 8 tokens.
        mark_to_the_right: whether the mark comes after the symbol in the text, or else before it.
    """

    def draw(generator: np.random.Generator, texts: int) -> tuple[Int32Array, Int32Array]:
        token_ids = generator.integers(_FIRST_ID, _FIRST_ID + _SYMBOLS, (texts, _MARKED_TOKENS), np.int32)
        place = generator.integers(0, _MARKED_TOKENS - distance, (texts, 1))
        symbol, mark = (place, place + distance) if mark_to_the_right else (place + distance, place)
        np.put_along_axis(token_ids, mark, np.int32(_FIRST_ID + _SYMBOLS), axis=1)
        return token_ids, np.take_along_axis(token_ids, symbol, axis=1)[:, 0] - _FIRST_ID

    return MemoryTask(_SYMBOLS, _FIRST_ID + _SYMBOLS + 1, _MARKED_TOKENS, draw)


def order(tokens: int) -> MemoryTask:
    """Does A come before B? Each stands once, anywhere in a text of noise."""

    def draw(generator: np.random.Generator, texts: int) -> tuple[Int32Array, Int32Array]:
        noise = _FIRST_ID + 2
        token_ids = generator.integers(noise, noise + _NOISE, (texts, tokens), np.int32)
        places = generator.permuted(np.tile(np.arange(tokens), (texts, 1)), axis=1)[:, :2]
        np.put_along_axis(token_ids, places, np.array([[_FIRST_ID, _FIRST_ID + 1]], np.int32), axis=1)
        return token_ids, (places[:, 0] < places[:, 1]).astype(np.int32)

    return MemoryTask(2, _FIRST_ID + 2 + _NOISE, tokens, draw)
