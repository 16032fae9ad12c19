"""The texts of one width class that wait, in the order in which they are due."""

import heapq
from collections import OrderedDict
from typing import NamedTuple

from service.batching.pending_call import PendingCall

SPARE = 64
"""Discarded texts that a line may keep beside as many again as wait, so that it seldom has to be tidied up."""


class WaitingText(NamedTuple):
    """One text of a call. A tuple, because thousands of them are compared.

    Attributes:
        due_at: when its turn has come, at the latest; seconds on the batcher's clock.
        number: counts all texts that ever waited, which puts those that are due together in order.
        call: whose text it is.
        row: its place in the call.
    """

    due_at: float
    number: int
    call: PendingCall
    row: int


class WaitingLine:
    """Nobody overtakes a text that is due. Texts that are not may still be taken, when there is room.

    Whatever callers do all at once (give up, for one), no step takes longer for the texts that wait beside theirs.
    """

    def __init__(self) -> None:
        self._due: OrderedDict[int, WaitingText] = OrderedDict()
        self._later: list[WaitingText] = []  # a heap; those that are not in `_not_due` have been discarded
        self._not_due: set[int] = set()

    def __len__(self) -> int:
        """Texts that wait."""
        return len(self._due) + len(self._not_due)

    def add(self, text: WaitingText) -> None:
        """Let a text wait. It must not be due before a time that `advance` was told."""
        heapq.heappush(self._later, text)
        self._not_due.add(text.number)

    def advance(self, now: float) -> None:
        """Note which texts are due by now. Time only goes forward."""
        while self._not_due and self._first_later().due_at <= now:
            text = self._pop_later()
            self._due[text.number] = text

    def first(self) -> WaitingText:
        """The text whose turn is next. The line must not be empty."""
        return next(iter(self._due.values())) if self._due else self._first_later()

    def take(self, most: int) -> list[WaitingText]:
        """Remove the next texts, at most so many."""
        texts = [self._due.popitem(last=False)[1] for _ in range(min(most, len(self._due)))]
        return texts + [self._pop_later() for _ in range(min(most - len(texts), len(self._not_due)))]

    def discard(self, number: int) -> None:
        """Forget a text, if it waits here."""
        if number in self._not_due:
            self._not_due.remove(number)
            if len(self._later) > 2 * len(self._not_due) + SPARE:
                self._later = [text for text in self._later if text.number in self._not_due]
                heapq.heapify(self._later)
        else:
            self._due.pop(number, None)

    def count_due(self, by: float) -> int:
        """How many texts will be due by a time that is no earlier than the latest call of `advance`."""
        if not self._not_due or self._first_later().due_at > by:
            return len(self._due)
        later = (text for text in self._later if text.number in self._not_due)
        return len(self._due) + sum(text.due_at <= by for text in later)

    def _first_later(self) -> WaitingText:
        while self._later[0].number not in self._not_due:
            heapq.heappop(self._later)
        return self._later[0]

    def _pop_later(self) -> WaitingText:
        text = self._first_later()
        heapq.heappop(self._later)
        self._not_due.remove(text.number)
        return text
