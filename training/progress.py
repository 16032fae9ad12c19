"""Progress with an estimate of the time left: a bar on a terminal, a line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TextIO, TypeVar

from tqdm import tqdm

Item = TypeVar("Item")


class Progress(Protocol):
    """Where a long piece of work says how far it is."""

    def track(self, items: Iterable[Item], total: int, description: str) -> Iterator[Item]:
        """Pass the items on, showing how many of `total` are done."""
        ...

    def message(self, text: str) -> None:
        """Show one line."""
        ...


class SilentProgress:
    """Shows nothing."""

    def track(self, items: Iterable[Item], total: int, description: str) -> Iterator[Item]:
        """Pass the items on."""
        yield from items

    def message(self, text: str) -> None:
        """Drop the line."""


class BarProgress:
    """A bar that moves, for people at a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def track(self, items: Iterable[Item], total: int, description: str) -> Iterator[Item]:
        """Pass the items on under a bar, which goes when they end."""
        yield from tqdm(items, total=total, desc=description, file=self._stream, leave=False, dynamic_ncols=True)

    def message(self, text: str) -> None:
        """Show one line above the bar."""
        tqdm.write(text, file=self._stream)


class LineProgress:
    """A plain line every few seconds, for logs and pipes."""

    def __init__(self, stream: TextIO, interval: float = 10.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._interval = interval
        self._clock = clock

    def track(self, items: Iterable[Item], total: int, description: str) -> Iterator[Item]:
        """Pass the items on; every `interval` seconds say how many are done and how long the rest will take."""
        start = last = self._clock()
        for done, item in enumerate(items, start=1):
            yield item
            now = self._clock()
            if now - last >= self._interval and done < total:
                last = now
                left = (now - start) / done * (total - done)
                self.message(f"{description}: {done}/{total}, about {format_seconds(left)} left")

    def message(self, text: str) -> None:
        """Write one line."""
        print(text, file=self._stream, flush=True)


def make_progress(stream: TextIO = sys.stderr) -> Progress:
    """A bar where the stream is a terminal, lines where it is not."""
    return BarProgress(stream) if stream.isatty() else LineProgress(stream)


def format_seconds(seconds: float) -> str:
    """Such as 8 s, 2 min 05 s, 1 h 10 min."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
