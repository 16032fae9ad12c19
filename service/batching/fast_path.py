"""Tokenises and scores calls of few short texts in one go, as long as nothing waits in the batcher's queue.

Between tokenising and scoring a call usually changes threads twice and is queued twice: that is what lets batches be of
one length, callers get their share, and tokenising go on beside scoring. A call that finds no queue needs nothing of
it, and pays more for the two changes than for all that is done to it.
"""

import asyncio
import contextvars
from collections.abc import Callable, Sequence
from typing import NamedTuple

from service.batching.batcher import Batcher, ScoredCall, check_scores
from service.batching.pending_call import width_class
from service.errors import DeadlineExceededError
from service.executor import WorkerThread
from service.servable import Score, Scores
from service.tokenizing.isolation import isolate
from service.tokenizing.tokens import Tokens

MAX_TEXTS = 64
"""Texts that may wait here together."""

MAX_CHARACTERS = 4_000
"""Characters that may wait here together: some hundred tokens, a few milliseconds of work."""

MAX_SPREAD = 4
"""Width classes of the texts of one batch differ by at most so many times: twice what the queue allows, which has more
texts to choose from."""

Tokenize = Callable[[list[bytes]], Tokens]
"""Tokenises UTF-8 texts; blocks."""

Outcome = tuple[Tokens, ScoredCall | None]
"""The texts of a call, and their scores; None where these are up to the batcher."""


class _Waiting(NamedTuple):
    texts: Sequence[str]
    deadline: float | None
    answer: asyncio.Future[Outcome]


class _Done(NamedTuple):
    tokens: Tokens
    width: int
    scores: Scores | None
    tokenized: float
    ended: float


class FastPath:
    """Takes calls in while it is open; all that wait when the thread gets free are one batch.

    Args:
        tokenize: tokenises UTF-8 texts; blocks.
        score: scores a batch of tokenised texts; blocks.
        thread: where both run, the batcher's own: so neither path goes on while the other one does.
        batcher: whose queue must be empty, and whose room is shared.
        max_batch_tokens: padded tokens of the largest batch that is scored here.
        clock: seconds; deadlines are points on it.
    """

    def __init__(
        self,
        tokenize: Tokenize,
        score: Score,
        thread: WorkerThread,
        batcher: Batcher,
        max_batch_tokens: int,
        clock: Callable[[], float],
    ) -> None:
        self._tokenize = tokenize
        self._score = score
        self._thread = thread
        self._batcher = batcher
        self._max_batch_tokens = max_batch_tokens
        self._clock = clock
        self._waiting: list[_Waiting] = []
        self._characters = 0
        self._worker: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether no call waits or is being worked on."""
        return self._worker is None or self._worker.done()

    def is_open(self, texts: Sequence[str]) -> bool:
        """Whether a call of these texts may come by here now."""
        count = len(texts)
        if count > self._batcher.room_beside or self._batcher.texts_beside + count > MAX_TEXTS:
            return False
        return self._characters + sum(map(len, texts)) <= MAX_CHARACTERS

    async def run(self, texts: Sequence[str], deadline: float | None) -> Outcome:
        """Tokenise and score all texts of a call. Cancelling it drops it if it still waits.

        Raises:
            DeadlineExceededError: the deadline passed while the call waited.
            Exception: whatever tokenising raised for these texts.
        """
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(texts, deadline, answer))
        self._batcher.texts_beside += len(texts)
        self._characters += sum(map(len, texts))
        if self.is_idle:
            # In a context of its own: what it logs does not belong to the call that happened to start it.
            self._worker = asyncio.create_task(self._work(), name="fast path", context=contextvars.Context())
        return await answer

    async def _work(self) -> None:
        while batch := self._take():
            await self._answer(batch)

    def _take(self) -> list[_Waiting]:
        """All that wait and are still wanted; those whose deadline has passed are told so."""
        now = self._clock()
        batch: list[_Waiting] = []
        for call in self._waiting:
            if call.deadline is not None and call.deadline <= now and not call.answer.done():
                call.answer.set_exception(DeadlineExceededError("the deadline passed while the texts were waiting"))
            if not call.answer.done():
                batch.append(call)
        self._waiting.clear()
        self._batcher.texts_beside = self._characters = 0
        return batch

    async def _answer(self, batch: Sequence[_Waiting]) -> None:
        try:
            done = await self._thread.run(self._do, [call.texts for call in batch])
        except Exception as error:
            await isolate(batch, error, self._answer)
            return
        if done.scores is not None:
            self._batcher.learn(len(done.tokens), done.width, done.ended - done.tokenized)
        start = 0
        for call in batch:
            end = start + len(call.texts)
            if not call.answer.done():
                call.answer.set_result(_of_one(done, slice(start, end)))
            start = end

    def _do(self, groups: Sequence[Sequence[str]]) -> _Done:
        """Runs in the thread."""
        tokens = self._tokenize([text.encode() for texts in groups for text in texts])
        tokenized = self._clock()
        width = max(1, min(int(tokens.length.max()), tokens.token_ids.shape[1]))
        scores = self._try_to_score(tokens.cut(width)) if self._are_one_batch(tokens, width) else None
        return _Done(tokens, width, scores, tokenized, self._clock())

    def _are_one_batch(self, tokens: Tokens, width: int) -> bool:
        """Whether the texts, of which the longest has `width` tokens to score, may share a batch."""
        if len(tokens) == 1:
            return True
        narrowest = width_class(int(tokens.length.min()))
        return width_class(width) <= MAX_SPREAD * narrowest and len(tokens) * width <= self._max_batch_tokens

    def _try_to_score(self, tokens: Tokens) -> Scores | None:
        try:
            scores = self._score(tokens)
            check_scores(scores, len(tokens))
        except Exception:  # the batcher finds out which of the texts is to blame
            return None
        return scores


def _of_one(done: _Done, rows: slice) -> Outcome:
    tokens = done.tokens.rows(rows)
    if done.scores is None:
        return tokens, None
    return tokens, ScoredCall(done.scores[rows], 0.0, done.ended - done.tokenized, len(done.tokens))
