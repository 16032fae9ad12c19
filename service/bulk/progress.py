"""How far a file is: a line that is written over on a terminal, one every ten seconds elsewhere."""

import time
from collections.abc import Callable
from typing import TextIO

_INTERVALS = {True: 0.2, False: 10.0}


class BulkProgress:
    """Says how many texts are scored, how fast, and how long the rest will take.

    Args:
        stream: where to.
        clock: seconds.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._on_terminal = stream.isatty()
        self._started = self._last = clock()
        self._first_share: float | None = None

    def update(self, texts: int, share: float | None) -> None:
        """Note that `texts` are scored in this run, and what share of the file has been read."""
        now = self._clock()
        if self._first_share is None and share is not None:
            self._first_share = share if texts else 0.0
        if now - self._last >= _INTERVALS[self._on_terminal]:
            self._last = now
            self._write(self.describe(texts, share, now - self._started))

    def describe(self, texts: int, share: float | None, seconds: float) -> str:
        """One line on where things stand."""
        line = f"{texts:,} texts, {texts / max(seconds, 1e-9):,.0f} a second"
        done = (share or 0.0) - (self._first_share or 0.0)
        if share is None or done <= 0:
            return line
        left = seconds * (1 - share) / done
        return f"{line}, {share:.0%} of the file, about {format_seconds(left)} left"

    def message(self, text: str) -> None:
        """Write a line that stays."""
        self._stream.write(("\r\x1b[K" if self._on_terminal else "") + text + "\n")
        self._stream.flush()

    def _write(self, line: str) -> None:
        self._stream.write(f"\r\x1b[K{line}" if self._on_terminal else line + "\n")
        self._stream.flush()


def format_seconds(seconds: float) -> str:
    """Such as 8 s, 2 min 05 s, 1 h 10 min."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
