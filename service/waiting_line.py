"""The texts of one width class that wait, in the order in which they are due."""

import heapq
from collections import deque
from typing import NamedTuple

from service.pending_call import PendingCall


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
    """Nobody overtakes a text that is due. Texts that are not may still be taken, when there is room."""

    def __init__(self) -> None:
        self._due: deque[WaitingText] = deque()
        self._later: list[WaitingText] = []

    def __len__(self) -> int:
        """Texts that wait."""
        return len(self._due) + len(self._later)

    def add(self, text: WaitingText) -> None:
        """Let a text wait. It must not be due before a time that `advance` was told."""
        heapq.heappush(self._later, text)

    def advance(self, now: float) -> None:
        """Note which texts are due by now. Time only goes forward."""
        while self._later and self._later[0].due_at <= now:
            self._due.append(heapq.heappop(self._later))

    def first(self) -> WaitingText:
        """The text whose turn is next. The line must not be empty."""
        return self._due[0] if self._due else self._later[0]

    def take(self, most: int) -> list[WaitingText]:
        """Remove the next texts, at most so many."""
        texts = [self._due.popleft() for _ in range(min(most, len(self._due)))]
        return texts + [heapq.heappop(self._later) for _ in range(min(most - len(texts), len(self._later)))]

    def discard(self, call: PendingCall) -> None:
        """Forget the texts of a call."""
        self._due = deque(text for text in self._due if text.call is not call)
        self._later = [text for text in self._later if text.call is not call]
        heapq.heapify(self._later)

    def count_due(self, by: float) -> int:
        """How many texts will be due by a time that is no earlier than the latest call of `advance`."""
        if not self._later or self._later[0].due_at > by:
            return len(self._due)
        return len(self._due) + sum(text.due_at <= by for text in self._later)
