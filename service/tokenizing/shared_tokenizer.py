"""Tokenises the texts of all callers that wait in one go: most of a tokenizer call's cost is that of the call."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.executor import WorkerThread
from service.tokenizing.isolation import isolate
from service.tokenizing.tokens import Tokens

MAX_CHARACTERS = 100_000
"""Characters that callers may bring together; a call with more of them is tokenised alone."""


@dataclass(frozen=True, slots=True, eq=False)
class WaitingTexts:
    """One caller's texts."""

    texts: Sequence[str]
    characters: int
    answer: asyncio.Future[Tokens]


class SharedTokenizer:
    """First come first served, as soon as the thread is free.

    Args:
        tokenize: tokenises UTF-8 texts; blocks.
        thread: where `tokenize` runs.
    """

    def __init__(self, tokenize: Callable[[list[bytes]], Tokens], thread: WorkerThread) -> None:
        self._tokenize = tokenize
        self._thread = thread
        self._waiting: deque[WaitingTexts] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def tokenize(self, texts: Sequence[str]) -> Tokens:
        """Tokenise all texts of a call. Whatever `tokenize` raises for these texts is raised here."""
        answer: asyncio.Future[Tokens] = asyncio.get_running_loop().create_future()
        self._waiting.append(WaitingTexts(texts, sum(map(len, texts)), answer))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work(), name="tokenizer")
        return await answer

    async def _work(self) -> None:
        while batch := self._take():
            await self._answer(batch)

    def _take(self) -> list[WaitingTexts]:
        batch: list[WaitingTexts] = []
        room = MAX_CHARACTERS
        while self._waiting and (not batch or self._waiting[0].characters <= room):
            entry = self._waiting.popleft()
            if not entry.answer.done():  # done without us: the caller has gone
                batch.append(entry)
                room -= entry.characters
        return batch

    async def _answer(self, batch: Sequence[WaitingTexts]) -> None:
        try:
            tokens = await self._thread.run(self._encode_and_tokenize, [entry.texts for entry in batch])
        except Exception as error:
            await isolate(batch, error, self._answer)
        else:
            _deliver(batch, tokens)

    def _encode_and_tokenize(self, groups: Sequence[Sequence[str]]) -> Tokens:
        return self._tokenize([text.encode() for texts in groups for text in texts])


def _deliver(batch: Sequence[WaitingTexts], tokens: Tokens) -> None:
    start = 0
    for entry in batch:
        end = start + len(entry.texts)
        if not entry.answer.done():
            entry.answer.set_result(tokens.rows(slice(start, end)))
        start = end
