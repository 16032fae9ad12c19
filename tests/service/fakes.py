"""Stand-ins for what the engine is built on: a model without TensorFlow, a clock, a thread that the test drives."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from service.servable import Score, Scores
from service.tokenizing.tokens import Tokens
from textgate.v1.model_info_pb2 import Label, ModelInfo, Tokenizer

POISON = 666
"""Scoring a text that begins with this token raises."""


class Clock:
    """Stands still until told otherwise."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Gate:
    """Holds a blocking function until the test lets it pass."""

    def __init__(self, closed: bool = False) -> None:
        self._arrived = threading.Semaphore(0)
        self._open = threading.Event()
        if not closed:
            self._open.set()

    def open(self) -> None:
        self._open.set()

    def close(self) -> None:
        self._open.clear()

    def pass_through(self) -> None:
        self._arrived.release()
        assert self._open.wait(timeout=10), "the test never opened the gate"

    async def arrival(self) -> None:
        """Wait until somebody stands before the gate (or has passed it)."""
        assert await asyncio.to_thread(self._arrived.acquire, timeout=10)


class FakeServable:
    """Splits at white space; a token's id is its number, or 1 where it is none. Scores: see `expected_scores`."""

    def __init__(self, max_tokens: int = 4, multi_label: bool = False, gate: Gate | None = None) -> None:
        self.info = ModelInfo(
            schema_version=1,
            task=ModelInfo.MULTI_LABEL if multi_label else ModelInfo.MULTI_CLASS,
            labels=[Label(name=name, threshold=0.5) for name in ("a", "b")],
            max_tokens=max_tokens,
            tokenizer=Tokenizer(unknown_id=1),
        )
        self.gate = gate or Gate()
        self.tokenized: list[list[bytes]] = []
        self.scored: list[Tokens] = []
        self.examples = [b"", b"250", b"3 1 4 1 5"]
        self.compiled: list[tuple[int, int]] = []
        self.closed = False

    def tokenize(self, texts: list[bytes]) -> Tokens:
        assert not self.closed
        self.tokenized.append(texts)
        ids = [[int(word) if word.isdigit() else 1 for word in text.split()] for text in texts]
        return tokens_of(*ids, max_tokens=self.info.max_tokens)

    def score(self, tokens: Tokens) -> npt.NDArray[np.float32]:
        assert not self.closed
        self.scored.append(tokens)
        self.gate.pass_through()
        return fake_scores(tokens)

    def compile(self, texts: int, tokens: int) -> Score:
        assert not self.closed
        self.compiled.append((texts, tokens))

        def score(batch: Tokens) -> Scores:
            assert batch.token_ids.shape == (texts, tokens)
            return self.score(batch)

        return score

    def close(self) -> None:
        self.closed = True


class GatedCompiler(FakeServable):
    """Is compiled when the test lets it be."""

    def __init__(self) -> None:
        super().__init__()
        self.compiler_gate = Gate(closed=True)

    def compile(self, texts: int, tokens: int) -> Score:
        self.compiler_gate.pass_through()
        return super().compile(texts, tokens)


Answer = FakeServable | Exception


class FakeLoader:
    """Answers for each `model/version` with a servable or an error; may be held at a gate."""

    def __init__(self, answers: Mapping[str, Answer], gate: Gate | None = None) -> None:
        self.answers = dict(answers)
        self.gate = gate or Gate()
        self.loaded: list[str] = []

    def __call__(self, directory: Path) -> FakeServable:
        name = f"{directory.parent.name}/{directory.name}"
        self.loaded.append(name)
        self.gate.pass_through()
        answer = self.answers[name]
        if isinstance(answer, Exception):
            raise answer
        return answer


class TimedServable(FakeServable):
    """Takes three seconds for a batch, compiled one; compiled scores are off by `error`."""

    def __init__(self, clock: Clock, compiled_seconds: float = 1, error: float = 0) -> None:
        super().__init__(max_tokens=100)
        self._clock = clock
        self._compiled_seconds = compiled_seconds
        self._error = error
        self.plain: list[tuple[int, ...]] = []

    def score(self, tokens: Tokens) -> Scores:
        self._clock.now += 3
        self.plain.append(tokens.token_ids.shape)
        return super().score(tokens)

    def compile(self, texts: int, tokens: int) -> Score:
        def score(batch: Tokens) -> Scores:
            assert batch.token_ids.shape == (texts, tokens)
            self._clock.now += self._compiled_seconds
            return FakeServable.score(self, batch) + np.float32(self._error)

        return score


def tokens_of(*ids: Sequence[int], max_tokens: int = 1_000) -> Tokens:
    """The texts whose token ids are given."""
    width = min(max([len(row) for row in ids] + [1]), max_tokens)
    token_ids = np.zeros((len(ids), width), np.int32)
    for row, values in enumerate(ids):
        token_ids[row, : len(values)] = values[:width]
    return Tokens(token_ids, np.array([len(row) for row in ids], np.int32))


def fake_scores(tokens: Tokens) -> npt.NDArray[np.float32]:
    """Score a batch, whatever its padding; raises for POISON."""
    if POISON in tokens.token_ids[:, 0]:
        raise RuntimeError("poisoned")
    return np.array([expected_scores(row) for row in tokens.token_ids.tolist()], np.float32)


def expected_scores(ids: Sequence[int]) -> list[float]:
    """Scores of one text, which tell it from others."""
    share = sum(ids) % 1000 / 1000
    return [1 - share, share]


class DrivenSleep:
    """In place of asyncio.sleep: lasts until the test moves the clock far enough."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    @property
    def sleepers(self) -> int:
        """How many sleep at the moment."""
        return sum(not future.done() for _, future in self._sleepers)

    async def __call__(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._clock.now + seconds, future))
        await future

    async def pass_time(self, seconds: float) -> None:
        """Move the clock, and wake those whose time has come."""
        self._clock.now += seconds
        for until, future in self._sleepers:
            if until <= self._clock.now and not future.done():
                future.set_result(None)
        await settle()


class DrivenThread:
    """In place of a WorkerThread: work waits until the test runs it, so every interleaving can be had at will."""

    def __init__(self) -> None:
        self.waiting: tuple[asyncio.Future[Any], Callable[..., Any], tuple[Any, ...]] | None = None

    def run(self, function: Callable[..., Any], *arguments: Any) -> asyncio.Future[Any]:
        assert self.waiting is None, "the batcher gave the thread two batches at once"
        future = asyncio.get_running_loop().create_future()
        self.waiting = (future, function, arguments)
        return future

    def finish(self) -> None:
        """Run the work that waits."""
        assert self.waiting is not None
        (future, function, arguments), self.waiting = self.waiting, None
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)


async def settle() -> None:
    """Let every task run until it waits for something that only the test can bring about."""
    for _ in range(20):
        await asyncio.sleep(0)
