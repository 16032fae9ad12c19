"""Lets the texts of many callers share forward passes, while no caller's fate depends on another's.

By default no text waits for a batch to fill: whatever waits is taken as soon as the version's thread is free.
"""

import asyncio
import contextvars
import logging
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import numpy as np

from service.batching.batch_queue import BatchQueue
from service.batching.cost_model import CostModel
from service.batching.forecast import Forecast
from service.batching.pending_call import PendingCall, Portion, gather
from service.errors import DeadlineExceededError, InternalError, ResourceExhaustedError, UnavailableError
from service.executor import WorkerThread
from service.limits import BatchingConfig
from service.servable import Score, Scores
from service.tokenizing.tokens import Tokens
from service.types import Caller, Priority

NOBODY = Caller()

logger = logging.getLogger(__name__)


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
        sleep: waits for so many seconds on that clock.

    Attributes:
        texts_beside: texts that wait for the thread outside of the queue, and take up some of its room.
    """

    def __init__(
        self,
        score: Score,
        thread: WorkerThread,
        config: BatchingConfig,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._score = score
        self._thread = thread
        self._config = config
        self._clock = clock
        self._sleep = sleep
        self._queue = BatchQueue()
        self._cost = CostModel()
        self._forecast = Forecast(self._cost, config.max_batch_tokens)
        self._arrived = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._free_at: float | None = None
        self._running_tokens = 0
        self._stopping = False
        self.texts_beside = 0

    @property
    def is_idle(self) -> bool:
        """Whether no text waits or is being scored."""
        return not self._queue and self._free_at is None

    @property
    def room_beside(self) -> int:
        """How many texts may wait outside of the queue: none where others wait in it, or are meant to."""
        if self._queue or self._config.max_wait_seconds or self._stopping:
            return 0
        return self._config.max_queue_texts - self.texts_beside

    def learn(self, texts: int, width: int, seconds: float) -> None:
        """Take note of what a forward pass took that somebody else had made."""
        self._cost.observe(texts, width, seconds)

    async def score(self, tokens: Tokens, deadline: float | None, caller: Caller = NOBODY) -> ScoredCall:
        """Score all texts of a call. Cancelling it drops those that still wait.

        Raises:
            DeadlineExceededError: the deadline passed, or would have, while texts waited; these are never scored.
            InternalError: one of the texts cannot be scored.
            ResourceExhaustedError: the queue has no room for the call, or it would have to wait for too long.
            UnavailableError: the batcher is stopping.
        """
        call = self._accept(tokens, deadline, caller)
        try:
            scores = await call.answer
        finally:
            self._queue.discard(call)
        return ScoredCall(scores, call.queue_seconds, call.compute_seconds, call.batch_size)

    async def stop(self) -> None:
        """Refuse new calls, and return when the accepted ones are answered."""
        self._stopping = True
        self._arrived.set()
        if self._worker is not None:
            await self._worker

    def _accept(self, tokens: Tokens, deadline: float | None, caller: Caller) -> PendingCall:
        if self._stopping:
            raise UnavailableError("this version is being unloaded")
        self._check_room(len(tokens.length), caller)
        call = PendingCall(tokens, deadline, self._clock(), asyncio.get_running_loop().create_future(), caller)
        due_times = self._forecast.due_times(call, self._queue.calls_of(caller.client) if caller.client else 0)
        self._check_time(call, due_times)
        self._queue.add(call, due_times)
        self._arrived.set()
        if self._worker is None or self._worker.done():
            # In a context of its own: what it logs does not belong to the call that happened to start it.
            self._worker = asyncio.create_task(self._work(), name="batcher", context=contextvars.Context())
        return call

    def _check_room(self, texts: int, caller: Caller) -> None:
        limit = self._config.max_queue_texts
        if texts > limit:  # no retry would help
            raise ResourceExhaustedError(f"the call holds {texts} texts or pieces to score; at most {limit} can wait")
        if len(self._queue) + self.texts_beside + texts > limit:
            raise self._full("the queue is full")
        if caller.priority is Priority.BULK and self._queue and len(self._queue) + texts > limit // 2:
            raise self._full("the half of the queue that bulk calls may fill is full")
        waiting = self._queue.texts_of(caller.client)
        if caller.client and waiting and waiting + texts > limit - limit // 10:
            raise self._full(f"{waiting} texts of yours are waiting, and one client may not fill the whole queue")

    def _full(self, message: str) -> ResourceExhaustedError:
        return _refusal(message, self._forecast.seconds(self._queue.texts_by_width()))

    def _check_time(self, call: PendingCall, due_times: list[float]) -> None:
        """Refuse a call that would wait for too long. When nobody waits, it is tried: forecasts may be wrong."""
        limit = self._config.max_queue_seconds
        if self._free_at is None or not (limit or call.deadline):
            return
        now = call.submitted_at
        free_at = max(now, self._free_at)
        ahead = self._queue.due_by_width(now, due_times[-1])
        wait = free_at + self._forecast.seconds(ahead) - now
        if limit and wait > limit:
            raise _refusal("the queue is too long", wait)
        if call.deadline is not None:
            together = Counter(ahead) + Counter(call.texts_by_width())
            if free_at + self._forecast.seconds(together, self._running_tokens) > call.deadline:
                raise DeadlineExceededError("the deadline would pass while the texts are waiting or being scored")
            call.latest_start -= self._forecast.seconds({max(call.widths): 1}, self._running_tokens)

    async def _work(self) -> None:
        while self._queue:
            await self._let_the_batch_fill()
            for call in self._queue:
                self._is_wanted(call)
            if batch := self._queue.take(self._config.max_batch_tokens):
                await self._score_batch(batch)
        self._free_at = None

    async def _let_the_batch_fill(self) -> None:
        while (seconds := self._seconds_to_spare()) > 0:
            self._arrived.clear()
            await _first_of(self._sleep(seconds), self._arrived.wait())

    def _seconds_to_spare(self) -> float:
        """For how long the next batch may wait for more texts; not at all when it is full or a deadline presses."""
        if not self._config.max_wait_seconds or self._stopping or self._queue.fills(self._config.max_batch_tokens):
            return 0.0
        return min((self._end_of_patience(call) for call in self._queue), default=0.0) - self._clock()

    def _end_of_patience(self, call: PendingCall) -> float:
        patient_until = call.submitted_at + self._config.max_wait_seconds
        if call.deadline is None:
            return patient_until
        return min(patient_until, call.deadline - self._forecast.seconds(call.texts_by_width()))

    def _is_wanted(self, call: PendingCall) -> bool:
        """Whether somebody waits for the call; one that cannot meet its deadline any more is told so, and dropped."""
        if not call.answer.done() and call.latest_start <= self._clock():
            self._fail(call, DeadlineExceededError("the deadline came too near while the texts were waiting"))
        return not call.answer.done()

    def _fail(self, call: PendingCall, error: Exception) -> None:
        self._queue.discard(call)
        if not call.answer.done():
            call.answer.set_exception(error)

    async def _score_batch(self, batch: Sequence[Portion]) -> None:
        started = self._clock()
        try:
            tokens = gather(batch)
            texts, width = tokens.token_ids.shape
            self._free_at = started + self._cost.seconds(texts, width)
            self._running_tokens = texts * width
            scores = await self._thread.run(self._score, tokens)
            check_scores(scores, texts)
        except UnavailableError as error:  # the thread was given up: trying again would not help
            for portion in batch:
                self._fail(portion.call, error)
        except Exception as error:
            await self._isolate(batch, error)
        else:
            seconds = self._clock() - started
            self._cost.observe(texts, width, seconds)
            _deliver(batch, scores, started, seconds)

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


def _deliver(batch: Sequence[Portion], scores: Scores, started: float, seconds: float) -> None:
    offset = 0
    for call, indices in ((portion.call, portion.indices) for portion in batch):
        call.keep(indices, scores[offset : offset + len(indices)])
        offset += len(indices)
        call.queue_seconds = max(call.queue_seconds, started - call.submitted_at)
        if seconds >= call.compute_seconds:
            call.compute_seconds, call.batch_size = seconds, len(scores)


def _refusal(message: str, seconds: float) -> ResourceExhaustedError:
    """Say when to come back: when what waits now will have been scored."""
    return ResourceExhaustedError(message, retry_after_ms=min(max(math.ceil(seconds * 1000), 10), 10_000))


async def _first_of(*awaitables: Awaitable[object]) -> None:
    tasks = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def check_scores(scores: Scores, texts: int) -> None:
    """Refuse what cannot be the scores of so many texts.

    Raises:
        ValueError: says why.
    """
    if scores.ndim != 2 or len(scores) != texts:
        raise ValueError(f"{texts} texts got scores of shape {scores.shape}")
    if not np.isfinite(scores).all():
        raise ValueError("scores are not finite")
