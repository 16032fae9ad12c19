"""Lets the texts of many callers share forward passes, while no caller's fate depends on another's.

No text waits for a batch to fill: whatever waits is taken as soon as the version's thread is free.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.batch_queue import BatchQueue, PendingCall, Portion
from service.errors import DeadlineExceededError, InternalError, ResourceExhaustedError, UnavailableError
from service.executor import WorkerThread
from service.limits import BatchingConfig
from service.types import Tokens

logger = logging.getLogger(__name__)

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ScoredCall:
    """The scores of a call's texts, <float32>[texts, labels], and how it fared; see `PendingCall`."""

    scores: Scores
    queue_seconds: float
    compute_seconds: float
    batch_size: int


class Batcher:
    """Scores texts in one thread, a batch at a time.

    Args:
        score: scores a batch of tokenised texts, <float32>[batch, labels]; blocks.
        thread: where `score` runs.
        config: bounds of the queue and of a batch.
        clock: seconds; deadlines are points on it.
    """

    def __init__(
        self,
        score: Callable[[Tokens], Scores],
        thread: WorkerThread,
        config: BatchingConfig,
        clock: Callable[[], float],
    ) -> None:
        self._score = score
        self._thread = thread
        self._config = config
        self._clock = clock
        self._queue = BatchQueue()
        self._worker: asyncio.Task[None] | None = None
        self._stopping = False
        self._seconds_a_text = 0.0

    async def score(self, tokens: Tokens, deadline: float | None) -> ScoredCall:
        """Score all texts of a call. Cancelling the caller drops those that still wait.

        Raises:
            DeadlineExceededError: the deadline passed while texts waited; these are never scored.
            InternalError: one of the texts cannot be scored.
            ResourceExhaustedError: the queue has no room for the call.
            UnavailableError: the batcher is stopping.
        """
        call = self._accept(tokens, deadline)
        try:
            scores = await call.answer
        finally:
            self._queue.discard(call)
        return ScoredCall(scores, call.queue_seconds, call.compute_seconds, call.batch_size)

    async def stop(self) -> None:
        """Refuse new calls, and return when the accepted ones are answered."""
        self._stopping = True
        if self._worker is not None:
            await self._worker

    def _accept(self, tokens: Tokens, deadline: float | None) -> PendingCall:
        if self._stopping:
            raise UnavailableError("this version is being unloaded")
        self._check_room(len(tokens.length))
        call = PendingCall(tokens, deadline, self._clock(), asyncio.get_running_loop().create_future())
        self._queue.add(call)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work(), name="batcher")
        return call

    def _check_room(self, texts: int) -> None:
        limit = self._config.max_queue_texts
        if texts > limit:  # no retry would help
            raise ResourceExhaustedError(f"the call holds {texts} texts or pieces to score; at most {limit} can wait")
        if len(self._queue) + texts > limit:
            wait = math.ceil(len(self._queue) * self._seconds_a_text * 1000)
            raise ResourceExhaustedError("the queue is full", retry_after_ms=min(max(wait, 10), 10_000))

    async def _work(self) -> None:
        while self._queue:
            for call in self._queue:
                self._is_wanted(call)
            if batch := self._queue.take(self._config.max_batch_tokens):
                await self._score_batch(batch)

    def _is_wanted(self, call: PendingCall) -> bool:
        """Whether somebody still waits for the call; a call whose deadline has passed is answered so, and forgotten."""
        if not call.answer.done() and call.deadline is not None and call.deadline <= self._clock():
            self._fail(call, DeadlineExceededError("the deadline passed while the texts were waiting"))
        return not call.answer.done()

    def _fail(self, call: PendingCall, error: Exception) -> None:
        self._queue.discard(call)
        if not call.answer.done():
            call.answer.set_exception(error)

    async def _score_batch(self, batch: Sequence[Portion]) -> None:
        started = self._clock()
        try:
            tokens = _gather(batch)
            scores = await self._thread.run(self._score, tokens)
            _check_scores(scores, len(tokens.length))
        except Exception as error:
            await self._isolate(batch, error)
        else:
            self._deliver(batch, scores, started, self._clock() - started)

    async def _isolate(self, batch: Sequence[Portion], error: Exception) -> None:
        """Score a failed batch again in halves, down to the text that is to blame: only its call fails."""
        texts = [Portion(portion.call, [index]) for portion in batch for index in portion.indices]
        if len(texts) == 1:
            fault = InternalError("a text could not be scored")
            fault.__cause__ = error
            self._fail(texts[0].call, fault)
            return
        logger.warning("a batch of %d texts failed and is scored again in halves: %r", len(texts), error)
        middle = len(texts) // 2
        for half in (texts[:middle], texts[middle:]):
            if wanted := [portion for portion in half if self._is_wanted(portion.call)]:
                await self._score_batch(wanted)

    def _deliver(self, batch: Sequence[Portion], scores: Scores, started: float, seconds: float) -> None:
        self._seconds_a_text = 0.9 * self._seconds_a_text + 0.1 * seconds / len(scores)
        offset = 0
        for call, indices in ((portion.call, portion.indices) for portion in batch):
            _keep(call, indices, scores[offset : offset + len(indices)])
            offset += len(indices)
            call.queue_seconds = max(call.queue_seconds, started - call.submitted_at)
            if seconds >= call.compute_seconds:
                call.compute_seconds, call.batch_size = seconds, len(scores)


def _keep(call: PendingCall, indices: list[int], scores: Scores) -> None:
    """Note the scores of some texts of a call; the last ones answer it."""
    if call.scores is None:
        call.scores = np.empty((call.size, scores.shape[1]), np.float32)
    call.scores[indices] = scores
    call.unscored -= len(indices)
    if not call.unscored and not call.answer.done():
        call.answer.set_result(call.scores)


def _gather(batch: Sequence[Portion]) -> Tokens:
    """Bring the texts of a batch into one matrix, as wide as the longest needs and no wider."""
    length = np.concatenate([portion.call.tokens.length[portion.indices] for portion in batch])
    widest = max(portion.call.tokens.token_ids.shape[1] for portion in batch)
    width = min(max(int(length.max()), 1), widest)
    token_ids = np.zeros((len(length), width), np.int32)
    offset = 0
    for portion in batch:
        rows = portion.call.tokens.token_ids[portion.indices, :width]
        token_ids[offset : offset + len(rows), : rows.shape[1]] = rows
        offset += len(rows)
    return Tokens(token_ids, length)


def _check_scores(scores: Scores, texts: int) -> None:
    if scores.ndim != 2 or len(scores) != texts:
        raise ValueError(f"{texts} texts got scores of shape {scores.shape}")
    if not np.isfinite(scores).all():
        raise ValueError("scores are not finite")
