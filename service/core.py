"""Answers calls, whatever protocol they came by: checks, tokenises, scores, ranks."""

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from service.errors import DeadlineExceededError
from service.limits import Limits
from service.models.manager import ModelManager
from service.models.served_model import ServedModel
from service.response_cache import CachingTextScorer, ResponseCache
from service.response_times import Lateness, ResponseTimes
from service.shadow import ShadowTraffic
from service.text_scoring import EveryTextScorer, ScoredTexts, TextScorer
from service.types import (
    Classification,
    ClassifyQuery,
    ModelSpec,
    ModelStatus,
    ShadowCounts,
    TextResult,
    Timing,
)
from service.validation import check_query
from service.versioning.traffic import Traffic
from textgate.v1.model_info_pb2 import ModelInfo


class ServerCore:
    """The service without a transport.

    Args:
        manager: has the models.
        limits: what one call may ask for.
        clock: seconds; deadlines are points on it, and it must be the manager's.
        cache: remembers texts that were scored, if there is to be one.
    """

    def __init__(
        self,
        manager: ModelManager,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
        cache: ResponseCache | None = None,
    ) -> None:
        self._manager = manager
        self._limits = limits
        self._clock = clock
        self._uncached = EveryTextScorer(clock)
        self._scorer: TextScorer = self._uncached if cache is None else CachingTextScorer(self._uncached, cache)
        self._shadow = ShadowTraffic(manager, self._score_copy)
        self._times = ResponseTimes(clock)
        self._lateness = Lateness(clock)
        self._texts = 0

    async def classify(self, query: ClassifyQuery, deadline: float | None = None) -> Classification:
        """Answer a call. Cancelling it drops those of its texts that still wait.

        Args:
            query: what to classify, and how.
            deadline: when the caller stops waiting, on the clock.

        Raises:
            ServiceError: one of its subclasses, as its docstring says.
        """
        started = self._clock()
        check_query(query, self._limits)
        load = self._texts + len(query.texts)
        if deadline is not None:
            self._check_deadline(deadline - started, load)
        self._texts = load
        try:
            with self._manager.acquire(query.spec) as model:
                scored = await self._scorer.score(model, query, deadline)
                results = _results(model, query, scored)
                self._shadow.offer(query, model, scored.scores)
        finally:
            self._texts -= len(query.texts)
            self._shadow.go_on()
        self._times.observe(load, self._clock() - started)
        return Classification(model.spec, results, self._timing(started, scored))

    def check_arrival(self, remaining: float | None) -> None:
        """Refuse a call of which nothing is known yet but in how many seconds its deadline is.

        Raises:
            DeadlineExceededError: even a single text would not be scored by then.
        """
        if remaining is None:
            return
        load = self._texts + 1
        self._lateness.observe(remaining < self._times.expected(load))
        self._check_deadline(remaining / self._lateness.margin, load)

    def list_models(self) -> list[ModelStatus]:
        """Every version that is known, broken ones included, by name, then version."""
        return self._manager.statuses()

    def get_model(self, spec: ModelSpec) -> tuple[ModelStatus, ModelInfo]:
        """State and description of a version in service.

        Raises:
            ServiceError: InvalidArgumentError, NotFoundError or UnavailableError, as `ModelManager.acquire`.
        """
        with self._manager.acquire(spec) as model:
            return self._manager.status(model), model.info

    def traffic(self, name: str) -> tuple[Traffic, ShadowCounts]:
        """Which versions of a model answer whom, and what came of the copies that its shadow was shown."""
        return self._manager.traffic(name), self._shadow.counts(name)

    def _check_deadline(self, remaining: float, load: int) -> None:
        """Refuse a call that would be answered too late. With nobody else here it is tried: forecasts may be wrong."""
        if remaining <= 0:
            raise DeadlineExceededError("the deadline had passed when the call arrived")
        if self._texts and remaining < self._times.expected(load):
            raise DeadlineExceededError("the deadline would pass before the answer: the server is busy")

    async def _score_copy(self, model: ServedModel, query: ClassifyQuery) -> npt.NDArray[np.float32]:
        return (await self._uncached.score(model, query, None)).scores  # the cache is for those who will be answered

    def _timing(self, started: float, scored: ScoredTexts) -> Timing:
        return Timing(
            total_us=_microseconds(self._clock() - started),
            tokenize_us=_microseconds(scored.tokenize_seconds),
            queue_us=_microseconds(scored.queue_seconds),
            compute_us=_microseconds(scored.compute_seconds),
            batch_size=scored.batch_size,
        )


def _results(model: ServedModel, query: ClassifyQuery, scored: ScoredTexts) -> tuple[TextResult, ...]:
    labels = model.ranker.rank(scored.scores, query.top_k, query.min_score)
    counts = (scored.length.tolist(), scored.unknown.tolist(), scored.truncated.tolist())
    return tuple(map(TextResult, labels, *counts))


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)
