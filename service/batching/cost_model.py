"""What a forward pass costs: learned from every pass, so that it follows model, machine and whatever else runs."""

import math

from service.batching.pending_call import width_class

WEIGHT = 0.2
"""Of the newest pass, in the moving average."""

MOST_RISE = 4.0
"""A pass counts as at most so many times what was expected: one that the machine held up says little about the next."""


class CostModel:
    """Seconds a padded token, exponentially averaged for each class of batches, which are alike in rows and in width.

    A step of a recurrent network has a fixed cost, so a token costs less in a larger batch; one figure for all batches
    would be wrong by a factor of five.
    """

    def __init__(self) -> None:
        self._seconds_a_token: dict[tuple[int, int], float] = {}
        self._nearest: dict[tuple[int, int], tuple[int, int]] = {}  # a class that was seen, of each that was asked for

    def observe(self, texts: int, tokens: int, seconds: float) -> None:
        """Learn from a pass over so many texts, each padded to so many tokens."""
        key = _key(texts, tokens)
        seen = seconds / (texts * key[1])
        expected = self._seconds_a_token.get(key)
        if expected is None:
            self._seconds_a_token[key] = seen
            self._nearest.clear()
        else:
            limited = min(seen, MOST_RISE * expected) if expected else seen
            self._seconds_a_token[key] = expected + WEIGHT * (limited - expected)

    def seconds(self, texts: int, tokens: int) -> float:
        """What a pass over so many texts is expected to take; 0 before the first one was observed.

        A class of batches that was never seen is taken to cost as the one nearest in size.
        """
        if not texts or not self._seconds_a_token:
            return 0.0
        key = _key(texts, tokens)
        nearest = self._nearest.get(key)
        if nearest is None:
            nearest = min(self._seconds_a_token, key=lambda other: _distance(key, other))
            self._nearest[key] = nearest
        return self._seconds_a_token[nearest] * texts * key[1]


def _key(texts: int, tokens: int) -> tuple[int, int]:
    return 1 << (texts - 1).bit_length(), width_class(tokens)


def _distance(one: tuple[int, int], other: tuple[int, int]) -> tuple[float, float]:
    """How unlike two classes are: in padded tokens first, then in width."""
    size = abs(math.log2(one[0] * one[1]) - math.log2(other[0] * other[1]))
    return size, abs(math.log2(one[1]) - math.log2(other[1]))
