"""From texts to scores by one version: tokenised, checked, cut or split where they are too long, scored."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from service.errors import Violation
from service.models.served_model import ServedModel
from service.tokenizing.tokens import Tokens
from service.types import ClassifyQuery, OnTooLong
from service.validation import invalid
from textgate.v1.model_info_pb2 import ModelInfo


@dataclass(frozen=True, slots=True)
class ScoredTexts:
    """What the parts of the answer are made from; one row a text.

    Attributes:
        scores: <float32>[texts, labels].
        length: <int32>[texts], tokens of the whole text.
        unknown: <int64>[texts], unknown tokens among those that were scored.
        truncated: <bool>[texts], whether tokens were not scored.
        tokenize_seconds: until all texts were tokenised.
        queue_seconds: longest wait of any of the texts for a forward pass.
        compute_seconds: longest forward pass that any of the texts took part in.
        batch_size: texts in that forward pass.
    """

    scores: npt.NDArray[np.float32]
    length: npt.NDArray[np.int32]
    unknown: npt.NDArray[np.int64]
    truncated: npt.NDArray[np.bool_]
    tokenize_seconds: float = 0.0
    queue_seconds: float = 0.0
    compute_seconds: float = 0.0
    batch_size: int = 0


class TextScorer(Protocol):
    """Scores texts."""

    async def score(self, model: ServedModel, query: ClassifyQuery, deadline: float | None) -> ScoredTexts:
        """Score the texts of a query by a version that is held. Cancelling it drops those that still wait.

        Raises:
            InvalidArgumentError: texts are too long, and that is to be an error; names each by its index.
            ServiceError: as `Batcher.score`.
        """
        ...


class EveryTextScorer:
    """Has the model score every text.

    Args:
        clock: seconds; deadlines are points on it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock

    async def score(self, model: ServedModel, query: ClassifyQuery, deadline: float | None) -> ScoredTexts:
        """Implements TextScorer."""
        started = self._clock()
        if query.on_too_long is OnTooLong.TRUNCATE:
            tokens, call = await model.tokenize_and_perhaps_score(query.texts, deadline, query.caller)
        else:  # what is to be scored depends on the tokens
            tokens, call = await model.tokenize(query.texts), None
        seconds = self._clock() - started - (call.compute_seconds if call else 0.0)
        too_long = tokens.length > model.info.max_tokens
        if query.on_too_long is OnTooLong.REJECT:
            _reject(too_long, tokens, model.info.max_tokens)
        if query.on_too_long is OnTooLong.CHUNK and too_long.any():
            return await _score_pieces(model, query, tokens, seconds, deadline)
        if call is None:
            call = await model.batcher.score(tokens, deadline, query.caller)
        return ScoredTexts(
            scores=call.scores,
            length=tokens.length,
            unknown=_count_unknown(model.info, tokens),
            truncated=too_long,
            tokenize_seconds=seconds,
            queue_seconds=call.queue_seconds,
            compute_seconds=call.compute_seconds,
            batch_size=call.batch_size,
        )


async def _score_pieces(
    model: ServedModel, query: ClassifyQuery, tokens: Tokens, seconds: float, deadline: float | None
) -> ScoredTexts:
    pieces = await model.split_long_texts(query.texts, tokens)
    call = await model.batcher.score(pieces.tokens, deadline, query.caller)
    unknown = np.bincount(pieces.owners, _count_unknown(model.info, pieces.tokens), minlength=len(query.texts))
    return ScoredTexts(
        scores=pieces.merge(call.scores, len(query.texts)),
        length=tokens.length,
        unknown=unknown.astype(np.int64),
        truncated=np.bincount(pieces.owners, pieces.truncated, minlength=len(query.texts)) > 0,
        tokenize_seconds=seconds,
        queue_seconds=call.queue_seconds,
        compute_seconds=call.compute_seconds,
        batch_size=call.batch_size,
    )


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
