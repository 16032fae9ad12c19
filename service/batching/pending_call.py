"""A call on its way through the batcher, and the batches that are made of the texts of many calls."""

import asyncio
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from service.servable import Scores
from service.tokenizing.tokens import Tokens
from service.types import Caller

NARROWEST = 8


@dataclass(slots=True, eq=False)
class PendingCall:
    """One caller's texts, from acceptance until all are scored. Times are seconds on the batcher's clock.

    Attributes:
        tokens: the texts.
        deadline: when the caller stops waiting, if ever.
        submitted_at: when the call was accepted.
        latest_start: when the last of its forward passes must begin for the deadline to be met, if there is one.
        caller: who waits for it, and how urgently.
        answer: will be <float32>[texts, labels], in the order of `tokens`.
        size: texts of the call.
        lengths: of each text, the tokens to score.
        widths: of each text, the width class of these.
        scores: the answer so far; None before the first batch.
        unscored: texts without scores so far.
        queue_seconds: longest wait of any of the texts.
        compute_seconds: longest forward pass that any of the texts took part in.
        batch_size: texts in that forward pass.
    """

    tokens: Tokens
    deadline: float | None
    submitted_at: float
    answer: asyncio.Future[Scores]
    caller: Caller = field(default_factory=Caller)
    size: int = field(init=False)
    lengths: list[int] = field(init=False)
    widths: list[int] = field(init=False)
    latest_start: float = field(init=False)
    scores: Scores | None = None
    unscored: int = field(init=False)
    queue_seconds: float = 0.0
    compute_seconds: float = 0.0
    batch_size: int = 0

    def __post_init__(self) -> None:
        self.latest_start = math.inf if self.deadline is None else self.deadline
        most = self.tokens.token_ids.shape[1]
        self.lengths = [min(length, most) for length in self.tokens.length.tolist()]
        self.widths = [width_class(length) for length in self.lengths]
        self.size = self.unscored = len(self.lengths)

    def texts_by_width(self) -> dict[int, int]:
        """How many texts of each width class the call has."""
        return Counter(self.widths)

    def keep(self, indices: list[int], scores: Scores) -> None:
        """Note the scores of some texts; the last ones answer the call."""
        if self.size == 1:
            self.scores = scores
        else:
            if self.scores is None:
                self.scores = np.empty((self.size, scores.shape[1]), np.float32)
            self.scores[indices] = scores
        self.unscored -= len(indices)
        if not self.unscored and not self.answer.done():
            self.answer.set_result(self.scores)


@dataclass(frozen=True, slots=True)
class Portion:
    """Some texts of one call."""

    call: PendingCall
    indices: list[int]

    @property
    def longest(self) -> int:
        """Tokens to score of its longest text."""
        lengths = self.call.lengths
        return max([lengths[index] for index in self.indices])

    @property
    def tokens(self) -> Tokens:
        """Its texts."""
        return self.call.tokens if self.call.size == 1 else self.call.tokens.rows(self.indices)


def width_class(tokens: int) -> int:
    """The least power of two that holds `tokens`, and at least 8: texts of one class may well share a batch."""
    return max(NARROWEST, 1 << (tokens - 1).bit_length()) if tokens > 0 else NARROWEST


def gather(batch: Sequence[Portion]) -> Tokens:
    """Bring the texts of a batch into one matrix, as wide as the longest needs and no wider."""
    longest = max(1, *[portion.longest for portion in batch])
    return Tokens.join([portion.tokens for portion in batch], longest)
