import asyncio
from collections.abc import Callable

import pytest

from service.compilation.buckets import Bucket
from service.compilation.compiler import Compiler
from service.limits import CompilationConfig
from service.servable import CompileError
from tests.service.fakes import Clock, DrivenThread, settle

A, B, C = Bucket(1, 8), Bucket(1, 16), Bucket(2, 8)


class Bench:
    """A compiler whose thread the test drives; a build takes two seconds on the clock."""

    def __init__(self, error: Exception | None = None, **config: float) -> None:
        self.built: list[Bucket] = []
        self.clock = Clock()
        self.thread = DrivenThread()
        self._error = error
        settings = {"seconds": 10, "max_executables": 3, "wanted_batches": 2, **config}
        self.compiler = Compiler(self._build, self.thread, CompilationConfig(**settings), self.clock)  # type: ignore[arg-type]

    def _build(self, bucket: Bucket) -> None:
        self.clock.now += 2
        self.built.append(bucket)
        if self._error is not None:
            raise self._error

    async def ahead(self, *buckets: Bucket, is_wanted: Callable[[], bool] = lambda: True) -> None:
        task = asyncio.create_task(self.compiler.compile_ahead(buckets, is_wanted))
        await self.finish_all()
        await task

    async def want(self, *buckets: Bucket) -> None:
        for bucket in buckets:
            self.compiler.want(bucket)
        await settle()

    async def finish(self) -> None:
        self.thread.finish()
        await settle()

    async def finish_all(self) -> None:
        await settle()
        while self.thread.waiting:
            await self.finish()


async def test_buckets_are_compiled_ahead_in_order() -> None:
    bench = Bench()
    await bench.ahead(A, B, C)
    assert bench.built == [A, B, C]


async def test_no_compilation_begins_after_the_time_is_spent() -> None:
    bench = Bench(seconds=3)
    await bench.ahead(A, B, C)
    assert bench.built == [A, B]


async def test_no_compilation_begins_when_the_version_is_not_wanted_any_more() -> None:
    bench = Bench()
    await bench.ahead(A, B, C, is_wanted=lambda: len(bench.built) < 1)
    assert bench.built == [A]


async def test_executables_of_a_version_are_bounded_ahead_and_later() -> None:
    bench = Bench(max_executables=2)
    await bench.ahead(A, B, C)
    await bench.want(C, C, C)
    assert bench.thread.waiting is None
    assert bench.built == [A, B]


async def test_bucket_is_compiled_when_enough_batches_have_asked_for_it() -> None:
    bench = Bench()
    await bench.want(A)
    assert bench.thread.waiting is None
    await bench.want(A)
    await bench.finish_all()
    assert bench.built == [A]


async def test_most_wanted_bucket_is_next() -> None:
    bench = Bench()
    await bench.want(A, A)
    await bench.want(B, B, C, C, C)  # while A is being compiled
    await bench.finish_all()
    assert bench.built == [A, C, B]


async def test_bucket_that_is_or_was_compiled_is_not_compiled_again() -> None:
    bench = Bench()
    await bench.want(A, A)
    await bench.want(A, A)
    await bench.finish_all()
    await bench.want(A, A)
    assert bench.thread.waiting is None
    assert bench.built == [A]


@pytest.mark.parametrize("error", [CompileError("unknown operation"), MemoryError("out")])
async def test_failure_ends_compilation_and_nothing_else(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(error)
    await bench.ahead(A, B)
    await bench.want(C, C)
    assert bench.built == [A]
    assert str(error) in caplog.text


async def test_stop_waits_for_what_has_begun_and_begins_nothing() -> None:
    bench = Bench()
    await bench.want(A, A, B, B)
    stop = asyncio.create_task(bench.compiler.stop())
    await settle()
    assert not stop.done()
    await bench.finish_all()
    await stop
    assert bench.built == [A]
