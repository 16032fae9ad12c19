"""How long answers take while so many texts are worked on: what tells a call at once that its deadline is too near."""

import math
from collections.abc import Callable

WEIGHT = 0.1
"""Of the newest answer, in the moving averages."""

SPREAD = 2.0
"""Mean deviations above the mean within which an answer is expected: most are sooner."""

MOST_RISE = 4.0
"""An answer counts as at most so many times what was expected: what held one up need not hold up the next."""

LATENESS_WEIGHT = 0.02
"""Of the newest call, in the share of late ones."""

MUCH_LATENESS = 0.05
"""Share of late calls from which on there is overload: one late call does not make it."""

OVERLOAD_SECONDS = 2.0
"""For how long there is overload after that."""

OVERLOAD_MARGIN = 2.0

HALF_LIFE = 1.0
"""Seconds after which an expectation that nothing confirmed counts half: refused calls teach nothing, it must fade."""


class ResponseTimes:
    """From the arrival of a call to its answer, by the number of texts in flight.

    The batcher knows what its forward passes take. Under overload that is the smaller part: calls wait for the event
    loop, before and behind the batcher. Nobody can see that queue, but all answers have gone through it.

    Mean and mean deviation are averaged exponentially for each class of loads, as TCP estimates round trips (Jacobson
    1988).

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._classes: dict[int, _Average] = {}

    def observe(self, texts: int, seconds: float) -> None:
        """Learn from an answer that took so long, and found so many texts in flight, its own included."""
        key = texts.bit_length()
        average = self._classes.get(key)
        if average is None:
            self._classes[key] = _Average(seconds, self._clock())
        else:
            average.update(seconds, self._clock())

    def expected(self, texts: int) -> float:
        """Seconds within which an answer may be expected, with so many texts in flight; 0 before there was any.

        A load that was never seen is taken for the nearest lighter one: too little is better than too much, which would
        never be found out.
        """
        key = next((key for key in range(texts.bit_length(), 0, -1) if key in self._classes), None)
        return 0.0 if key is None else self._classes[key].bound(self._clock())


class Lateness:
    """Whether calls come too late to be answered in time, and what margin that calls for.

    A call that is taken in as long as it can just be answered keeps the queue as long as it is: all calls behind it
    come as late, are refused, and that takes up what would have answered them. Under overload calls must have time to
    spare, so that the queue gets shorter; else a near deadline is the caller's own choice, and no reason to refuse.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._share = 0.0
        self._overload_until = -math.inf

    @property
    def margin(self) -> float:
        """How many times what an answer takes a call should have left."""
        return OVERLOAD_MARGIN if self._clock() < self._overload_until else 1.0

    def observe(self, is_late: bool) -> None:
        """Learn from a call that came, and had less time left than an answer takes, or not."""
        self._share += LATENESS_WEIGHT * (is_late - self._share)
        if self._share > MUCH_LATENESS:
            self._overload_until = self._clock() + OVERLOAD_SECONDS


class _Average:
    """Mean and mean deviation of one class, in seconds."""

    __slots__ = ("_deviation", "_mean", "_updated_at")

    def __init__(self, seconds: float, now: float) -> None:
        self._mean = seconds
        self._deviation = seconds / 2
        self._updated_at = now

    def update(self, seconds: float, now: float) -> None:
        seconds = min(seconds, MOST_RISE * self._mean)
        self._deviation += WEIGHT * (abs(seconds - self._mean) - self._deviation)
        self._mean += WEIGHT * (seconds - self._mean)
        self._updated_at = now

    def bound(self, now: float) -> float:
        fading: float = 0.5 ** ((now - self._updated_at) / HALF_LIFE)
        return (self._mean + SPREAD * self._deviation) * fading
