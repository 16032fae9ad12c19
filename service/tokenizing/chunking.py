"""Scoring a text that is longer than the model reads: in pieces that fit, averaged by their tokens."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.tokenizing.tokens import Tokens

Tokenize = Callable[[Sequence[str]], Tokens]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Texts, the long ones in several pieces.

    Attributes:
        tokens: the pieces.
        owners: <int64>[pieces], index of the text that each piece is part of.
        truncated: <bool>[pieces], whether tokens were cut off nevertheless: a single character of many tokens.
    """

    tokens: Tokens
    owners: npt.NDArray[np.int64]
    truncated: npt.NDArray[np.bool_]

    def merge(self, scores: npt.NDArray[np.float32], texts: int) -> npt.NDArray[np.float32]:
        """Average <float32>[pieces, labels] to <float32>[texts, labels], each piece weighted by its scored tokens."""
        width = self.tokens.token_ids.shape[1]
        weights = np.clip(self.tokens.length, 1, width).astype(np.float64)
        sums = np.zeros((texts, scores.shape[1]))
        np.add.at(sums, self.owners, weights[:, np.newaxis] * scores)
        totals = np.bincount(self.owners, weights, minlength=texts)
        return (sums / totals[:, np.newaxis]).astype(np.float32)


def split_long_texts(texts: Sequence[str], tokens: Tokens, max_tokens: int, tokenize: Tokenize) -> Pieces:
    """Split each text of more than `max_tokens` tokens into pieces that fit.

    Args:
        texts: all texts of a call.
        tokens: what `tokenize` made of them.
        max_tokens: tokens that the model reads of one text.
        tokenize: tokenises pieces; blocks.
    """
    fits = tokens.length <= max_tokens
    found = [(tokens.rows(fits), np.flatnonzero(fits))]
    owners = np.flatnonzero(~fits)
    parts, lengths = [texts[owner] for owner in owners.tolist()], tokens.length[~fits]
    while parts:
        split = [split_text(part, -(-int(length) // max_tokens)) for part, length in zip(parts, lengths, strict=True)]
        owners = np.repeat(owners, [len(pieces) for pieces in split])
        parts = [piece for pieces in split for piece in pieces]
        piece_tokens = tokenize(parts)
        splittable = np.array([len(part) > 1 for part in parts])
        again = (piece_tokens.length > max_tokens) & splittable
        done = ~again & (piece_tokens.length > 0)  # white space between pieces says nothing
        found.append((piece_tokens.rows(done), owners[done]))
        parts = [part for part, repeat in zip(parts, again.tolist(), strict=True) if repeat]
        owners, lengths = owners[again], piece_tokens.length[again]
    pieces = Tokens.join([part for part, _ in found])
    return Pieces(pieces, np.concatenate([owners for _, owners in found]), pieces.length > max_tokens)


def split_text(text: str, parts: int) -> list[str]:
    """Cut into `parts` pieces of about one size, or fewer where the text is short; none is empty.

    A cut is moved back to the last white space, else to behind the last punctuation mark, in the second half of its
    piece, where there is one.
    """
    pieces = []
    start = 0
    for remaining in range(parts, 1, -1):
        size = -(-(len(text) - start) // remaining)
        end = _natural_end(text, start, start + size)
        if end >= len(text):
            break
        pieces.append(text[start:end])
        start = end
    return [*pieces, text[start:]]


def _natural_end(text: str, start: int, end: int) -> int:
    middle = start + (end - start + 1) // 2
    candidates = range(end, middle, -1)
    for is_boundary in (_is_space, _is_punctuation):
        for cut in candidates:
            if is_boundary(text[cut - 1]):
                return cut
    return end


def _is_space(character: str) -> bool:
    return character.isspace()


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] == "P"
