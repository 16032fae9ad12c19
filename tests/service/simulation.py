"""A batcher over a model of known speed, under a given load, in simulated time: the same on every machine."""

import asyncio
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from service.batching.batcher import Batcher
from service.limits import BatchingConfig
from service.tokenizing.tokens import Tokens
from service.types import Caller
from tests.service.fakes import Clock, settle

BATCH_TOKENS = 512
TOKENS = 16
"""Of a usual text."""

Cost = Callable[[int, int], float]


def recurrent(texts: int, tokens: int) -> float:
    """Seconds of a forward pass of a large recurrent network, which costs by the step and by the padded token."""
    return 250e-6 * tokens + 50e-6 * texts * tokens


@dataclass
class Arrival:
    """A call, and what became of it: `ended_at` with an error or without.

    Attributes:
        at: when it comes, in seconds.
        widths: tokens of each of its texts.
        patience: its deadline, counted from its arrival.
        kind: what the test calls it.
        caller: who it comes from, and how urgently.
    """

    at: float
    widths: Sequence[int]
    patience: float = math.inf
    kind: str = ""
    caller: Caller = field(default_factory=Caller)
    ended_at: float = field(init=False, default=math.inf)
    error: Exception | None = field(init=False, default=None)

    @property
    def seconds(self) -> float:
        return self.ended_at - self.at

    @property
    def is_good(self) -> bool:
        """Whether it was answered in time."""
        return self.error is None and self.seconds <= self.patience


class SimulatedThread:
    """Takes as long as a batch costs."""

    def __init__(self, clock: Clock, cost: Cost) -> None:
        self.free_at = math.inf
        self._clock = clock
        self._cost = cost
        self._work: Callable[[], None]

    def run(self, function: Callable[[Tokens], Any], tokens: Tokens) -> asyncio.Future[Any]:
        future = asyncio.get_running_loop().create_future()
        self.free_at = self._clock.now + self._cost(*tokens.token_ids.shape)
        self._work = lambda: future.set_result(function(tokens))
        return future

    def finish(self) -> None:
        self.free_at = math.inf
        self._work()


async def simulate(arrivals: Iterable[Arrival], cost: Cost = recurrent) -> float:
    """Run until every call has ended, in batches of up to BATCH_TOKENS; return how many seconds that took."""
    clock = Clock()
    clock.now = 0.0
    thread = SimulatedThread(clock, cost)
    config = BatchingConfig(max_batch_tokens=BATCH_TOKENS)
    batcher = Batcher(_score, thread, config, clock)  # type: ignore[arg-type]
    tasks = []
    waiting = sorted(arrivals, key=lambda arrival: arrival.at)[::-1]
    while waiting or thread.free_at < math.inf:
        if waiting and waiting[-1].at <= thread.free_at:
            clock.now = waiting[-1].at
            tasks.append(asyncio.create_task(_call(batcher, waiting.pop(), clock)))
        else:
            clock.now = thread.free_at
            thread.finish()
        await settle()
    await asyncio.gather(*tasks)
    return clock.now


async def _call(batcher: Batcher, arrival: Arrival, clock: Clock) -> None:
    length = np.array(arrival.widths, np.int32)
    tokens = Tokens(np.ones((len(length), length.max()), np.int32), length)
    deadline = None if arrival.patience == math.inf else clock.now + arrival.patience
    try:
        await batcher.score(tokens, deadline, arrival.caller)
    except Exception as error:
        arrival.error = error
    arrival.ended_at = clock.now


def _score(tokens: Tokens) -> np.ndarray:
    return np.zeros((len(tokens.length), 2), np.float32)


def poisson(generator: np.random.Generator, rate: float, seconds: float) -> list[float]:
    """Times at which independent callers come, `rate` a second."""
    return np.sort(generator.uniform(0, seconds, generator.poisson(rate * seconds))).tolist()
