"""A forward pass for its own sake: whether a version still scores, and as it did before."""

import numpy as np

from service.executor import WorkerThread
from service.models.golden import TOLERANCE
from service.servable import Score, Scores, Servable


class ProbeError(Exception):
    """A version that scores, but not as it should."""


class Probe:
    """Takes the way of every call, through both threads of a version, but past its queues.

    Args:
        servable: the version.
        tokenizing: the thread that tokenises.
        scoring: the thread that scores.
        score: scores as calls are scored.
    """

    def __init__(self, servable: Servable, tokenizing: WorkerThread, scoring: WorkerThread, score: Score) -> None:
        self._servable = servable
        self._tokenizing = tokenizing
        self._scoring = scoring
        self._score = score
        # Of middling length: the shortest has no tokens, the longest is longer than any text should be.
        self._text = sorted(servable.examples, key=len)[len(servable.examples) // 2]
        self._first: Scores | None = None

    async def run(self) -> None:
        """Score an example.

        Raises:
            ProbeError: its scores are not those that it had the first time.
            Exception: whatever tokenising or scoring raised.
        """
        tokens = await self._tokenizing.run(self._servable.tokenize, [self._text])
        scores = await self._scoring.run(self._score, tokens)
        expected = scores if self._first is None else self._first
        if scores.shape != expected.shape or not np.abs(scores - expected).max() <= TOLERANCE:
            raise ProbeError(f"an example now scores {scores.tolist()}, not {expected.tolist()} as before")
        self._first = expected
