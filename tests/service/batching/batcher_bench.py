"""A batcher whose thread, clock and patience a test drives."""

import asyncio
from collections.abc import Sequence

from service.batching.batcher import NOBODY, Batcher, ScoredCall
from service.limits import BatchingConfig
from service.types import Caller
from tests.service.fakes import Clock, DrivenSleep, DrivenThread, FakeServable, settle, tokens_of


class Bench:
    """A batcher whose thread the test drives."""

    def __init__(self, config: BatchingConfig | None = None) -> None:
        self.servable = FakeServable()
        self.clock = Clock()
        self.thread = DrivenThread()
        self.sleep = DrivenSleep(self.clock)
        self.batcher = Batcher(self.servable.score, self.thread, config or BatchingConfig(), self.clock, self.sleep)

    async def submit(
        self, *ids: Sequence[int], deadline: float | None = None, caller: Caller = NOBODY
    ) -> asyncio.Task[ScoredCall]:
        task = asyncio.create_task(self.batcher.score(tokens_of(*ids), deadline, caller))
        await settle()
        return task

    async def refusal(
        self, *ids: Sequence[int], deadline: float | None = None, caller: Caller = NOBODY
    ) -> BaseException | None:
        """Submit a call that must be refused at once, and return the error."""
        call = await self.submit(*ids, deadline=deadline, caller=caller)
        assert call.done(), "the call was accepted"
        return call.exception()

    async def finish_batch(self, seconds: float = 0) -> None:
        self.clock.now += seconds
        self.thread.finish()
        await settle()

    async def finish_all(self) -> None:
        while self.thread.waiting:
            await self.finish_batch()

    @property
    def batches(self) -> list[list[int]]:
        """First tokens of the texts of each batch so far."""
        return [tokens.token_ids[:, 0].tolist() for tokens in self.servable.scored]
