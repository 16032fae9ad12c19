"""Shows a version copies of calls that another one has answered, and counts where the two disagree."""

import asyncio
import contextvars
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from service.models.manager import ModelManager
from service.models.served_model import ServedModel
from service.types import Caller, ClassifyQuery, ModelSpec, OnTooLong, Priority, ShadowCounts
from service.versioning.traffic import Shadow

logger = logging.getLogger(__name__)

MOST_COPIES = 64
"""Copies that may wait."""
MOST_CHARACTERS = 1_000_000
"""Characters that all waiting copies may have together."""
MOST_TEXTS = 64
"""Texts of a call that are copied: the longest that a copy keeps the processor from others is a pass of so many."""

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Copy:
    """Texts of a call, the version that is to score them too, and what the first version found, a label a text."""

    query: ClassifyQuery
    target: ModelSpec
    best_labels: list[str]
    counts: ShadowCounts

    @property
    def characters(self) -> int:
        """Characters of all texts."""
        return sum(map(len, self.query.texts))


class ShadowTraffic:
    """Copies are scored one at a time, and only while no version scores anything: they are the first to be dropped.

    A copy that is being scored is not interrupted by a call that comes meanwhile. Belongs to the event loop.

    Args:
        manager: has the models, and knows who is shown copies.
        score: scores a query by a version.
        draw: a random number from 0 to 1 (excluded).
    """

    def __init__(
        self,
        manager: ModelManager,
        score: Callable[[ServedModel, ClassifyQuery], Awaitable[Scores]],
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._manager = manager
        self._score = score
        self._draw = draw
        self._waiting: deque[Copy] = deque()
        self._counts: dict[str, tuple[tuple[Shadow, ModelSpec], ShadowCounts]] = {}
        self._worker: asyncio.Task[None] | None = None

    def offer(self, query: ClassifyQuery, model: ServedModel, scores: Scores) -> None:
        """Take a copy of a call that a version has answered, if it is to be shown to another one; costs no time.

        Args:
            query: the call.
            model: what answered it.
            scores: <float32>[texts, labels], what it found.
        """
        shown = self._manager.shadow_of(model)
        if shown is None or self._draw() >= shown[0].share:
            return
        counts = self._counts_of(*shown)
        texts = query.texts[:MOST_TEXTS]
        policy = OnTooLong.TRUNCATE if query.on_too_long is OnTooLong.REJECT else query.on_too_long
        found = best_labels(model, scores[: len(texts)])
        shown_query = replace(query, texts=texts, on_too_long=policy, caller=Caller(priority=Priority.BULK))
        copy = Copy(shown_query, shown[1], found, counts)
        waiting = sum(waiting.characters for waiting in self._waiting)
        if len(self._waiting) < MOST_COPIES and waiting + copy.characters <= MOST_CHARACTERS:
            self._waiting.append(copy)
        else:
            counts.dropped_calls += 1

    def go_on(self) -> None:
        """Score waiting copies if nobody else has anything to score. Call it whenever a call has ended."""
        if self._waiting and (self._worker is None or self._worker.done()) and self._manager.is_idle():
            # In a context of its own: what it logs does not belong to the call that has just ended.
            self._worker = asyncio.create_task(self._work(), name="shadow", context=contextvars.Context())

    def counts(self, name: str) -> ShadowCounts:
        """What came of the copies since the present shadow of a model was set."""
        shadow = self._manager.traffic(name).shadow
        known = self._counts.get(name)
        return known[1] if known is not None and known[0][0] == shadow else ShadowCounts()

    async def _work(self) -> None:
        while self._waiting and self._manager.is_idle():
            await self._compare(self._waiting.popleft())

    async def _compare(self, copy: Copy) -> None:
        counts = copy.counts
        try:
            with self._manager.acquire(copy.target) as model:
                found = best_labels(model, await self._score(model, copy.query))
        except Exception as error:  # whatever a version on trial raises is its own affair
            counts.failed_calls += 1
            if _is_power_of_two(counts.failed_calls):
                logger.warning("shadow: %d copies could not be scored, the last: %r", counts.failed_calls, error)
            return
        counts.compared_calls += 1
        counts.compared_texts += len(found)
        counts.disagreeing_texts += sum(map(str.__ne__, found, copy.best_labels))
        if _is_power_of_two(counts.compared_calls):
            _log(copy.target, counts)

    def _counts_of(self, shadow: Shadow, target: ModelSpec) -> ShadowCounts:
        key = (shadow, target)
        known = self._counts.get(target.name)
        if known is None or known[0] != key:
            self._counts[target.name] = known = (key, ShadowCounts())
        return known[1]


def best_labels(model: ServedModel, scores: Scores) -> list[str]:
    """Return the label that scores best, of each text; versions need not have the same labels in the same order."""
    return [model.info.labels[column].name for column in scores.argmax(axis=1).tolist()]


def _log(target: ModelSpec, counts: ShadowCounts) -> None:
    logger.info(
        "model %s: shadow version %d finds another best label for %d of %d texts; %d copies were dropped, %d failed",
        *(target.name, target.version, counts.disagreeing_texts, counts.compared_texts),
        *(counts.dropped_calls, counts.failed_calls),
    )


def _is_power_of_two(number: int) -> bool:
    return number & (number - 1) == 0
