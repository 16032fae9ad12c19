"""Whether an executable may take the place of the plain graph: it must give the same scores, and give them sooner."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.compilation.buckets import Bucket
from service.servable import Score
from service.tokenizing.tokens import Tokens

TOLERANCE = 1e-5
"""Largest difference of a score that the contract allows between any two ways to compute it."""

RUNS = 3
"""Timed runs of each side, by turns. The fastest counts: whatever else the machine does only ever adds time."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How an executable compares with the plain graph.

    Attributes:
        difference: largest difference of a score; NaN where one is not finite.
        speedup: seconds of the plain graph over those of the executable, on a full bucket.
    """

    difference: float
    speedup: float

    @property
    def agrees(self) -> bool:
        """Whether the scores are the same, but for the order of float32 sums."""
        return self.difference <= TOLERANCE

    @property
    def is_faster(self) -> bool:
        """Whether there is anything to gain."""
        return self.speedup > 1


def try_executable(
    executable: Score, plain: Score, bucket: Bucket, examples: Tokens, clock: Callable[[], float]
) -> Trial:
    """Score the examples both ways, cut to the width of the bucket, and time both ways on a full bucket.

    Args:
        executable: scores batches of exactly the shape of the bucket.
        plain: scores batches of any shape. It gets the examples as calls bring them, without the padding.
        bucket: the shape.
        examples: at least one tokenised text.
        clock: seconds.
    """
    cut = examples.cut(bucket.tokens)
    expected = plain(cut)
    differences = [
        np.abs(executable(cut.rows(rows).pad(bucket.texts, bucket.tokens))[: len(rows)] - expected[rows]).max()
        for rows in _groups(len(cut), bucket.texts)
    ]
    full = cut.rows(next(_groups(len(cut), bucket.texts))).pad(bucket.texts, bucket.tokens)
    return Trial(float(np.max(differences)), _speedup(executable, plain, full, clock))


def _speedup(executable: Score, plain: Score, tokens: Tokens, clock: Callable[[], float]) -> float:
    seconds: dict[Score, list[float]] = {plain: [], executable: []}
    for _ in range(RUNS):
        for score, times in seconds.items():
            started = clock()
            score(tokens)
            times.append(clock() - started)
    return min(seconds[plain]) / max(min(seconds[executable]), 1e-9)


def _groups(examples: int, texts: int) -> Iterator[npt.NDArray[np.intp]]:
    """Yield the rows of the examples in groups of `texts`; where they are fewer, they come more than once."""
    rows = np.arange(max(examples, texts)) % examples
    for start in range(0, len(rows), texts):
        yield rows[start : start + texts]
