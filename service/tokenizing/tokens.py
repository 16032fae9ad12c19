"""Tokenised texts: what passes from the `tokenize` signature to `score_tokens`, in whatever batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the `tokenize` signature gives.

    Attributes:
        token_ids: <int32>[batch, tokens], 0 after the end of a text; at least one column.
        length: <int32>[batch], tokens of the whole text, before truncation.
        ngram_logits: <float32>[batch, labels], what the n-gram branch says; None for a model without one.
    """

    token_ids: npt.NDArray[np.int32]
    length: npt.NDArray[np.int32]
    ngram_logits: npt.NDArray[np.float32] | None = None

    def __len__(self) -> int:
        """Texts."""
        return len(self.length)

    def rows(self, rows: Any) -> Self:
        """Return some of the texts: a slice, a mask or indices."""
        logits = None if self.ngram_logits is None else self.ngram_logits[rows]
        return type(self)(self.token_ids[rows], self.length[rows], logits)

    def cut(self, width: int) -> Self:
        """Return all texts with at most `width` tokens of each."""
        return type(self)(self.token_ids[:, :width], self.length, self.ngram_logits)

    def pad(self, texts: int, width: int) -> Self:
        """Return a batch of that shape: what is added is padding, and texts without tokens."""
        here = self.token_ids.shape[1]
        token_ids = _extend(self.token_ids, (texts, width))
        length = _extend(np.minimum(self.length, here), (texts,))  # of a cut text, only what is there counts
        logits = self.ngram_logits
        return type(self)(token_ids, length, None if logits is None else _extend(logits, (texts, logits.shape[1])))

    @classmethod
    def join(cls, groups: Sequence[Self], most: int | None = None) -> Self:
        """Return all texts of some groups, one at least, of one model, as wide as the widest, `most` tokens at most."""
        width = max([group.token_ids.shape[1] for group in groups])
        width = width if most is None else min(width, most)
        length = np.concatenate([group.length for group in groups])
        token_ids = np.zeros((len(length), width), np.int32)
        start = 0
        for group in groups:
            ids = group.token_ids[:, :width]
            end = start + ids.shape[0]
            token_ids[start:end, : ids.shape[1]] = ids
            start = end
        logits = [group.ngram_logits for group in groups if group.ngram_logits is not None]
        return cls(token_ids, length, np.concatenate(logits) if logits else None)


def _extend(array: npt.NDArray[Any], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Return the array in the corner of zeros. np.pad does the same in ten times the time, once a batch."""
    extended = np.zeros(shape, array.dtype)
    extended[tuple(slice(size) for size in array.shape)] = array
    return extended
