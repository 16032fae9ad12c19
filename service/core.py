"""Answers calls, whatever protocol they came by: checks, tokenises, scores, ranks."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.batching.batcher import ScoredCall
from service.errors import DeadlineExceededError, Violation
from service.limits import Limits
from service.models.manager import ModelManager
from service.models.served_model import ServedModel
from service.shadow import ShadowTraffic
from service.tokenizing.tokens import Tokens
from service.types import (
    Classification,
    ClassifyQuery,
    ModelSpec,
    ModelStatus,
    OnTooLong,
    ShadowCounts,
    TextResult,
    Timing,
)
from service.validation import check_query, invalid
from service.versioning.traffic import Traffic
from textgate.v1.model_info_pb2 import ModelInfo


@dataclass(frozen=True, slots=True)
class ScoredTexts:
    """What the parts of the answer are made from; one row a text.

    Attributes:
        scores: <float32>[texts, labels].
        unknown: <int64>[texts], unknown tokens among those that were scored.
        truncated: <bool>[texts], whether tokens were not scored.
        call: how the call fared in the batcher.
    """

    scores: npt.NDArray[np.float32]
    unknown: npt.NDArray[np.int64]
    truncated: npt.NDArray[np.bool_]
    call: ScoredCall


class ServerCore:
    """The service without a transport.

    Args:
        manager: has the models.
        limits: what one call may ask for.
        clock: seconds; deadlines are points on it, and it must be the manager's.
    """

    def __init__(self, manager: ModelManager, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._manager = manager
        self._limits = limits
        self._clock = clock
        self._shadow = ShadowTraffic(manager, self._score_copy)

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
        if deadline is not None and deadline <= started:
            raise DeadlineExceededError("the deadline had passed when the call arrived")
        try:
            with self._manager.acquire(query.spec) as model:
                tokens = await model.tokenize(query.texts)
                tokenized = self._clock()
                scored = await self._score(model, query, tokens, deadline)
                results = _results(model, query, tokens, scored)
                self._shadow.offer(query, model, scored.scores)
        finally:
            self._shadow.go_on()
        return Classification(model.spec, results, self._timing(started, tokenized, scored.call))

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

    async def _score_copy(self, model: ServedModel, query: ClassifyQuery) -> npt.NDArray[np.float32]:
        scored = await self._score(model, query, await model.tokenize(query.texts), None)
        return scored.scores

    async def _score(
        self, model: ServedModel, query: ClassifyQuery, tokens: Tokens, deadline: float | None
    ) -> ScoredTexts:
        too_long = tokens.length > model.info.max_tokens
        if query.on_too_long is OnTooLong.REJECT:
            _reject(too_long, tokens, model.info.max_tokens)
        if query.on_too_long is OnTooLong.CHUNK and too_long.any():
            return await _score_pieces(model, query.texts, tokens, deadline)
        call = await model.batcher.score(tokens, deadline)
        return ScoredTexts(call.scores, _count_unknown(model.info, tokens), too_long, call)

    def _timing(self, started: float, tokenized: float, call: ScoredCall) -> Timing:
        return Timing(
            total_us=_microseconds(self._clock() - started),
            tokenize_us=_microseconds(tokenized - started),
            queue_us=_microseconds(call.queue_seconds),
            compute_us=_microseconds(call.compute_seconds),
            batch_size=call.batch_size,
        )


async def _score_pieces(
    model: ServedModel, texts: Sequence[str], tokens: Tokens, deadline: float | None
) -> ScoredTexts:
    pieces = await model.split_long_texts(texts, tokens)
    call = await model.batcher.score(pieces.tokens, deadline)
    unknown = np.bincount(pieces.owners, _count_unknown(model.info, pieces.tokens), minlength=len(texts))
    truncated = np.bincount(pieces.owners, pieces.truncated, minlength=len(texts)) > 0
    return ScoredTexts(pieces.merge(call.scores, len(texts)), unknown.astype(np.int64), truncated, call)


def _count_unknown(info: ModelInfo, tokens: Tokens) -> npt.NDArray[np.int64]:
    counts: npt.NDArray[np.int64] = (tokens.token_ids == info.tokenizer.unknown_id).sum(axis=1)
    return counts


def _reject(too_long: npt.NDArray[np.bool_], tokens: Tokens, max_tokens: int) -> None:
    violations = [
        Violation(f"texts[{index}]", f"has {tokens.length[index]} tokens; the model reads {max_tokens}")
        for index in np.flatnonzero(too_long).tolist()
    ]
    if violations:
        raise invalid(violations)


def _results(model: ServedModel, query: ClassifyQuery, tokens: Tokens, scored: ScoredTexts) -> tuple[TextResult, ...]:
    labels = model.ranker.rank(scored.scores, query.top_k, query.min_score)
    counts = (tokens.length.tolist(), scored.unknown.tolist(), scored.truncated.tolist())
    return tuple(map(TextResult, labels, *counts))


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)
