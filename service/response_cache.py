"""Texts that were scored before, so that their scores need not be computed again."""

import sys
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from service.models.served_model import ServedModel
from service.text_scoring import ScoredTexts, TextScorer
from service.types import ClassifyQuery, OnTooLong

ENTRY_BYTES = 500
"""What an entry takes beside its text and its scores, about: objects, and its place in the table."""

Key = tuple[int, bool, str]


@dataclass(frozen=True, slots=True)
class KnownText:
    """What a version said of a text; see `ScoredTexts`."""

    scores: npt.NDArray[np.float32]
    length: int
    unknown: int
    truncated: bool


class ResponseCache:
    """The texts that were asked for last, in a bounded number of bytes. Belongs to the event loop.

    Args:
        max_bytes: what all entries may take together.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._known: OrderedDict[Key, KnownText] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        """Texts that are known."""
        return len(self._known)

    @property
    def size_bytes(self) -> int:
        """What the entries take, about."""
        return self._bytes

    def find(self, key: Key) -> KnownText | None:
        """What is known of a text, which is kept the longer for it."""
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
        return known

    def keep(self, key: Key, known: KnownText) -> None:
        """Remember a text, and forget others for it that nobody asked for since."""
        before = self._known.pop(key, None)
        if before is not None:
            self._bytes -= _bytes_of(key, before)
        size = _bytes_of(key, known)
        if size > self._max_bytes:
            return
        self._known[key] = known
        self._bytes += size
        while self._bytes > self._max_bytes:
            self._bytes -= _bytes_of(*self._known.popitem(last=False))


class CachingTextScorer:
    """Has only those texts scored that the cache does not know.

    Args:
        scorer: scores the others.
        cache: remembers them. A version that is loaded anew, even under its old number, is another version to it.
    """

    def __init__(self, scorer: TextScorer, cache: ResponseCache) -> None:
        self._scorer = scorer
        self._cache = cache

    async def score(self, model: ServedModel, query: ClassifyQuery, deadline: float | None) -> ScoredTexts:
        """Implements TextScorer."""
        keys: list[Key] = [(model.serial, query.on_too_long is OnTooLong.CHUNK, text) for text in query.texts]
        known = {key: found for key in keys if (found := self._cache.find(key)) is not None}
        if query.on_too_long is OnTooLong.REJECT and any(
            key not in known or known[key].length > model.info.max_tokens for key in keys
        ):
            known = {}  # an error names texts by their place in the call
        missing = list(dict.fromkeys(key for key in keys if key not in known))
        if missing == keys:
            scored = await self._scorer.score(model, query, deadline)
            self._learn(keys, scored)
            return scored
        scored = _NOTHING
        if missing:
            unknown = replace(query, texts=tuple(text for *_, text in missing))
            scored = await self._scorer.score(model, unknown, deadline)
            known |= self._learn(missing, scored)
        return _joined([known[key] for key in keys], scored)

    def _learn(self, keys: Sequence[Key], scored: ScoredTexts) -> dict[Key, KnownText]:
        learned = dict(zip(keys, _rows(scored), strict=True))
        for key, known in learned.items():
            self._cache.keep(key, known)
        return learned


_NOTHING = ScoredTexts(
    np.empty((0, 0), np.float32), np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.bool_)
)


def _bytes_of(key: Key, known: KnownText) -> int:
    return sys.getsizeof(key[2]) + known.scores.nbytes + ENTRY_BYTES


def _rows(scored: ScoredTexts) -> list[KnownText]:
    # Copies: a row that is a view would keep the scores of a whole call.
    rows = (row.copy() for row in scored.scores)
    columns = (scored.length.tolist(), scored.unknown.tolist(), scored.truncated.tolist())
    return list(map(KnownText, rows, *columns))


def _joined(known: Sequence[KnownText], scored: ScoredTexts) -> ScoredTexts:
    """One row for each known text; how the call fared is how those fared that were scored."""
    return ScoredTexts(
        scores=np.stack([one.scores for one in known]),
        length=np.array([one.length for one in known], np.int32),
        unknown=np.array([one.unknown for one in known], np.int64),
        truncated=np.array([one.truncated for one in known], np.bool_),
        tokenize_seconds=scored.tokenize_seconds,
        queue_seconds=scored.queue_seconds,
        compute_seconds=scored.compute_seconds,
        batch_size=scored.batch_size,
    )
