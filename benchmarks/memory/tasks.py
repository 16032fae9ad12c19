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
_VALUES = 4


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
    """Which of eight symbols came first, `distance` tokens ago? The latch problem (Bengio et al. 1994).

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


def question(keys: int, asked_last: bool = True) -> MemoryTask:
    """Which of four values does the key have that the question names? Every key has one value, one token for both.

    Who reads the question last must have kept the values of all keys; who reads it first waits for one.

    Args:
        keys: tokens beside the question, in random order.
        asked_last: whether the question is the last token, or else the first.
    """

    def draw(generator: np.random.Generator, texts: int) -> tuple[Int32Array, Int32Array]:
        values = generator.integers(0, _VALUES, (texts, keys), np.int32)
        order = generator.permuted(np.tile(np.arange(keys, dtype=np.int32), (texts, 1)), axis=1)
        facts = _FIRST_ID + order * _VALUES + np.take_along_axis(values, order, axis=1)
        asked = generator.integers(0, keys, (texts, 1), np.int32)
        questions = _FIRST_ID + keys * _VALUES + asked
        parts = [facts, questions] if asked_last else [questions, facts]
        return np.concatenate(parts, axis=1), np.take_along_axis(values, asked, axis=1)[:, 0]

    return MemoryTask(_VALUES, _FIRST_ID + keys * (_VALUES + 1), keys + 1, draw)


def order(tokens: int) -> MemoryTask:
    """Does A come before B? Each stands once, anywhere in a text of noise."""

    def draw(generator: np.random.Generator, texts: int) -> tuple[Int32Array, Int32Array]:
        noise = _FIRST_ID + 2
        token_ids = generator.integers(noise, noise + _NOISE, (texts, tokens), np.int32)
        places = generator.permuted(np.tile(np.arange(tokens), (texts, 1)), axis=1)[:, :2]
        np.put_along_axis(token_ids, places, np.array([[_FIRST_ID, _FIRST_ID + 1]], np.int32), axis=1)
        return token_ids, (places[:, 0] < places[:, 1]).astype(np.int32)

    return MemoryTask(2, _FIRST_ID + 2 + _NOISE, tokens, draw)
