"""Texts that wait for a forward pass, kept by width so that a batch holds texts of about one length."""

from collections import Counter
from collections.abc import Iterator, Sequence

from service.batching.pending_call import PendingCall, Portion
from service.batching.waiting_line import WaitingLine, WaitingText


class BatchQueue:
    """A queue of texts, each of which is due at some time.

    Every batch takes the text that is due first, so no length and no caller starves, and fills up with texts of its
    width class and the next narrower one, so padding makes no text (of four tokens or more) wider than four times its
    width.
    """

    def __init__(self) -> None:
        self._lines: dict[int, WaitingLine] = {}
        self._waiting: dict[PendingCall, int] = {}
        self._first_number: dict[PendingCall, int] = {}
        self._texts = 0
        self._texts_of: Counter[str] = Counter()
        self._calls_of: Counter[str] = Counter()
        self._numbers = 0

    def __len__(self) -> int:
        """Texts that wait."""
        return self._texts

    def __iter__(self) -> Iterator[PendingCall]:
        """Calls with texts that wait, oldest first; safe against changes while iterating."""
        return iter(list(self._waiting))

    def add(self, call: PendingCall, due_times: Sequence[float]) -> None:
        """Let all texts of a call wait; `due_times` says when each of them is due."""
        for row, (width, due_at) in enumerate(zip(call.widths, due_times, strict=True)):
            line = self._lines.get(width)
            if line is None:
                line = self._lines[width] = WaitingLine()
            line.add(WaitingText(due_at, self._numbers + row, call, row))
        self._first_number[call] = self._numbers
        self._numbers += call.size
        self._waiting[call] = call.size
        self._calls_of[call.caller.client] += 1
        self._count(call, call.size)

    def discard(self, call: PendingCall) -> None:
        """Forget those texts of a call that still wait."""
        if waiting := self._waiting.get(call, 0):
            self._count(call, -waiting)
            first = self._leave(call)
            for row, width in enumerate(call.widths):
                if width in self._lines:
                    self._lines[width].discard(first + row)
                    self._drop_if_empty(width)

    def texts_of(self, client: str) -> int:
        """Texts of a client that wait."""
        return self._texts_of[client]

    def calls_of(self, client: str) -> int:
        """Calls of a client of which texts wait."""
        return self._calls_of[client]

    def texts_by_width(self) -> dict[int, int]:
        """How many texts of each width class wait."""
        return {width: len(line) for width, line in self._lines.items()}

    def due_by_width(self, now: float, by: float) -> dict[int, int]:
        """How many of the texts of each width class are due by some time from now on. Time only goes forward."""
        for line in self._lines.values():
            line.advance(now)
        return {width: line.count_due(by) for width, line in self._lines.items()}

    def fills(self, max_tokens: int) -> bool:
        """Whether texts of one width class fill a batch."""
        return any(len(line) >= batch_room(width, max_tokens) for width, line in self._lines.items())

    def take(self, max_tokens: int) -> list[Portion]:
        """Remove the next batch: at most `max_tokens` padded tokens, but one text at least. Empty when none waits."""
        if not self._lines:
            return []
        width = min(self._lines, key=lambda key: self._lines[key].first())
        room = batch_room(width, max_tokens)
        texts = self._take_from(width, room)
        return _portions(texts + self._take_from(width // 2, room - len(texts)))

    def _take_from(self, width: int, most: int) -> list[WaitingText]:
        texts = self._lines[width].take(most) if width in self._lines else []
        for call, taken in Counter(text.call for text in texts).items():
            self._waiting[call] -= taken
            self._count(call, -taken)
            if not self._waiting[call]:
                self._leave(call)
        self._drop_if_empty(width)
        return texts

    def _count(self, call: PendingCall, texts: int) -> None:
        self._texts += texts
        self._texts_of[call.caller.client] += texts

    def _leave(self, call: PendingCall) -> int:
        """Forget a call of which no text waits any more; return the number of its first text."""
        del self._waiting[call]
        client = call.caller.client
        self._calls_of[client] -= 1
        if not self._calls_of[client]:
            del self._calls_of[client], self._texts_of[client]
        return self._first_number.pop(call)

    def _drop_if_empty(self, width: int) -> None:
        if width in self._lines and not self._lines[width]:
            del self._lines[width]


def batch_room(width: int, max_tokens: int) -> int:
    """How many texts of a width class a batch of at most `max_tokens` padded tokens holds, one at least."""
    return max(1, max_tokens // width)


def _portions(texts: Sequence[WaitingText]) -> list[Portion]:
    """Join the texts of each call, in the order in which their calls come first."""
    indices: dict[PendingCall, list[int]] = {}
    for text in texts:
        indices.setdefault(text.call, []).append(text.row)
    return [Portion(call, numbers) for call, numbers in indices.items()]
