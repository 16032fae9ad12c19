"""Texts that wait for a forward pass, kept by width so that a batch holds texts of about one length."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from service.types import Tokens

NARROWEST = 8


@dataclass(slots=True, eq=False)
class PendingCall:
    """One caller's texts, from acceptance until all are scored. Times are seconds on the batcher's clock.

    Attributes:
        tokens: the texts.
        deadline: when the caller stops waiting, if ever.
        submitted_at: when the call was accepted.
        answer: will be <float32>[texts, labels], in the order of `tokens`.
        scores: the answer so far; None before the first batch.
        unscored: texts without scores so far.
        queue_seconds: longest wait of any of the texts.
        compute_seconds: longest forward pass that any of the texts took part in.
        batch_size: texts in that forward pass.
    """

    tokens: Tokens
    deadline: float | None
    submitted_at: float
    answer: asyncio.Future[npt.NDArray[np.float32]]
    scores: npt.NDArray[np.float32] | None = None
    unscored: int = field(init=False)
    queue_seconds: float = 0.0
    compute_seconds: float = 0.0
    batch_size: int = 0

    def __post_init__(self) -> None:
        self.unscored = self.size

    @property
    def size(self) -> int:
        """Texts of the call."""
        return len(self.tokens.length)

    def widths(self) -> list[int]:
        """Tokens to score of each text."""
        widths: list[int] = np.minimum(self.tokens.length, self.tokens.token_ids.shape[1]).tolist()
        return widths


@dataclass(frozen=True, slots=True)
class Portion:
    """Some texts of one call."""

    call: PendingCall
    indices: list[int]


class BatchQueue:
    """A queue of texts, first come first served by width.

    A bucket holds the texts whose width (tokens to score) lies between half its key and its key. Every batch takes the
    text that has waited longest, so no length starves, and fills up with texts of its bucket and the next narrower one,
    so padding makes no text (of four tokens or more) wider than four times its width.
    """

    def __init__(self) -> None:
        self._buckets: dict[int, dict[PendingCall, list[int]]] = {}  # the indices of each list run downwards
        self._arrival: dict[PendingCall, int] = {}
        self._arrivals = 0
        self._texts = 0

    def __len__(self) -> int:
        """Texts that wait."""
        return self._texts

    def __iter__(self) -> Iterator[PendingCall]:
        """Calls with texts that wait, oldest first; safe against changes while iterating."""
        return iter(list(self._arrival))

    def add(self, call: PendingCall) -> None:
        """Let all texts of a call wait."""
        self._arrivals += 1
        self._arrival[call] = self._arrivals
        widths = call.widths()
        for index in reversed(range(call.size)):
            self._buckets.setdefault(bucket_width(widths[index]), {}).setdefault(call, []).append(index)
        self._texts += call.size

    def discard(self, call: PendingCall) -> None:
        """Forget those texts of a call that still wait."""
        if self._arrival.pop(call, None) is not None:
            for width in list(self._buckets):
                self._texts -= len(self._buckets[width].pop(call, ()))
                self._drop_if_empty(width)

    def take(self, max_tokens: int) -> list[Portion]:
        """Remove the next batch: at most `max_tokens` padded tokens, but one text at least. Empty when none waits."""
        if not self._buckets:
            return []
        width = min(self._buckets, key=lambda key: self._arrival[next(iter(self._buckets[key]))])
        room = max(1, max_tokens // width)
        batch = self._take_from(width, room)
        room -= sum(len(portion.indices) for portion in batch)
        return batch + self._take_from(width // 2, room)

    def _take_from(self, width: int, room: int) -> list[Portion]:
        portions: list[Portion] = []
        bucket = self._buckets.get(width, {})
        while bucket and room > 0:
            call = next(iter(bucket))
            waiting = bucket[call]
            portion = Portion(call, waiting[: -room - 1 : -1])
            del waiting[-room:]
            portions.append(portion)
            room -= len(portion.indices)
            self._texts -= len(portion.indices)
            if not waiting:
                del bucket[call]
                self._forget_if_done(call)
        self._drop_if_empty(width)
        return portions

    def _forget_if_done(self, call: PendingCall) -> None:
        if not any(call in bucket for bucket in self._buckets.values()):
            del self._arrival[call]

    def _drop_if_empty(self, width: int) -> None:
        if width in self._buckets and not self._buckets[width]:
            del self._buckets[width]


def bucket_width(tokens: int) -> int:
    """The least power of two that holds `tokens`, and at least 8."""
    return max(NARROWEST, 1 << (tokens - 1).bit_length()) if tokens > 0 else NARROWEST
