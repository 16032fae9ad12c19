"""A batcher that may wait a while for a batch to fill."""

import asyncio

import pytest

from service.limits import BatchingConfig
from tests.service.batching.batcher_bench import Bench
from tests.service.fakes import settle


@pytest.fixture
def patient() -> Bench:
    """A batcher that lets a text wait for up to three seconds for another one."""
    return Bench(BatchingConfig(max_batch_tokens=16, max_wait_seconds=3))


async def test_text_waits_for_others_for_as_long_as_it_may(patient: Bench) -> None:
    call = await patient.submit([1])
    await patient.sleep.pass_time(2.9)
    assert patient.thread.waiting is None
    await patient.sleep.pass_time(0.1)
    await patient.finish_all()
    assert (await call).queue_seconds == pytest.approx(3)


async def test_full_batch_waits_for_nobody(patient: Bench) -> None:
    calls = [await patient.submit([value]) for value in (1, 2)]
    await patient.finish_all()
    assert patient.batches == [[1, 2]]
    assert patient.sleep.sleepers == 0
    await asyncio.gather(*calls)


async def test_wait_counts_from_the_first_text(patient: Bench) -> None:
    calls = [await patient.submit([1])]
    await patient.sleep.pass_time(2)
    calls.append(await patient.submit([2] * 9))
    await patient.sleep.pass_time(1)
    assert patient.thread.waiting is not None
    await patient.finish_all()
    await patient.sleep.pass_time(2)
    await patient.finish_all()
    await asyncio.gather(*calls)


async def test_text_that_has_waited_while_others_were_scored_need_not_wait_again(patient: Bench) -> None:
    first = await patient.submit([1], [1])
    second = await patient.submit([2])
    await patient.finish_batch(seconds=4)
    await patient.finish_batch()
    await asyncio.gather(first, second)


async def test_deadline_that_presses_ends_the_wait(patient: Bench) -> None:
    first = await patient.submit([1], [1])
    await patient.finish_batch(seconds=0.5)
    call = await patient.submit([2], deadline=patient.clock.now + 1)
    await patient.sleep.pass_time(0.75)  # a text takes a quarter of a second
    assert patient.thread.waiting is not None
    await patient.finish_all()
    await asyncio.gather(first, call)


async def test_stop_ends_the_wait(patient: Bench) -> None:
    call = await patient.submit([1])
    stop = asyncio.create_task(patient.batcher.stop())
    await settle()
    await patient.finish_all()
    await asyncio.gather(stop, call)


async def test_caller_who_goes_while_texts_wait_for_others_leaves_nothing_behind(patient: Bench) -> None:
    call = await patient.submit([1])
    call.cancel()
    await patient.sleep.pass_time(3)
    assert patient.thread.waiting is None
    await patient.batcher.stop()
