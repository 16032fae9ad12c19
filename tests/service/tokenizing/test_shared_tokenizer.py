import asyncio
from collections.abc import Callable

import numpy as np
import pytest

from service.tokenizing.shared_tokenizer import MAX_CHARACTERS, SharedTokenizer
from service.tokenizing.tokens import Tokens
from tests.service.fakes import DrivenThread, FakeServable, settle


class Bench:
    """A shared tokenizer whose thread the test drives."""

    def __init__(self, tokenize: Callable[[list[bytes]], Tokens] | None = None) -> None:
        self.servable = FakeServable()
        self.thread = DrivenThread()
        self.tokenizer = SharedTokenizer(tokenize or self.servable.tokenize, self.thread)

    async def submit(self, *texts: str) -> asyncio.Task[Tokens]:
        task = asyncio.create_task(self.tokenizer.tokenize(texts))
        await settle()
        return task

    async def finish_all(self) -> None:
        while self.thread.waiting:
            self.thread.finish()
            await settle()


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_callers_that_wait_are_tokenised_together_and_get_their_own_texts_back(bench: Bench) -> None:
    calls = [await bench.submit("5"), await bench.submit("6 7", "8"), await bench.submit("9")]
    await bench.finish_all()
    assert bench.servable.tokenized == [[b"5"], [b"6 7", b"8", b"9"]]
    assert [(await call).token_ids[:, 0].tolist() for call in calls] == [[5], [6, 8], [9]]
    assert [(await call).length.tolist() for call in calls] == [[1], [2, 1], [1]]


async def test_texts_reach_the_tokenizer_as_utf8(bench: Bench) -> None:
    call = await bench.submit("电影 \x00 😀")
    await bench.finish_all()
    await call
    assert bench.servable.tokenized == [["电影 \x00 😀".encode()]]


async def test_call_with_many_characters_is_tokenised_alone(bench: Bench) -> None:
    calls = [await bench.submit(text) for text in ("1", "2", "3 " * MAX_CHARACTERS, "4", "5")]
    await bench.finish_all()
    assert [len(texts) for texts in bench.servable.tokenized] == [1, 1, 1, 2]
    await asyncio.gather(*calls)


async def test_texts_of_a_cancelled_caller_are_not_tokenised(bench: Bench) -> None:
    first, cancelled, last = [await bench.submit(text) for text in ("1", "2", "3")]
    cancelled.cancel()
    await bench.finish_all()
    assert bench.servable.tokenized == [[b"1"], [b"3"]]
    await asyncio.gather(first, last)


async def test_caller_cancelled_meanwhile_does_not_disturb_the_others(bench: Bench) -> None:
    cancelled = await bench.submit("1")
    cancelled.cancel()
    call = await bench.submit("2")
    await bench.finish_all()
    assert (await call).length.tolist() == [1]


async def test_only_the_guilty_caller_fails() -> None:
    def tokenize(texts: list[bytes]) -> Tokens:
        if b"bad" in texts:
            raise RuntimeError("bad text")
        return Tokens(np.ones((len(texts), 1), np.int32), np.ones(len(texts), np.int32))

    bench = Bench(tokenize)
    calls = [await bench.submit(text) for text in ("1", "2", "bad", "3")]
    await bench.finish_all()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(result) for result in results] == [Tokens, Tokens, RuntimeError, Tokens]
