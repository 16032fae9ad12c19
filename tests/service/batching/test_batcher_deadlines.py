"""What a batcher refuses or drops because it would come too late, by what it knows of its model."""

import asyncio

import pytest

from service.errors import DeadlineExceededError, ResourceExhaustedError
from service.limits import BatchingConfig
from tests.service.batching.batcher_bench import Bench


@pytest.fixture
async def slow() -> Bench:
    """A batcher that knows that its model takes a second for a text."""
    bench = Bench(BatchingConfig(max_batch_tokens=8, max_queue_seconds=5))
    first = await bench.submit([1])
    await bench.finish_batch(seconds=1)
    await first
    return bench


async def test_call_that_cannot_meet_its_deadline_is_refused_at_once(slow: Bench) -> None:
    calls = [await slow.submit([value]) for value in (2, 3)]
    slow.clock.now += 0.5
    too_short, long_enough = slow.clock.now + 2.4, slow.clock.now + 2.6  # half a second, and two more
    assert isinstance(await slow.refusal([4], deadline=too_short), DeadlineExceededError)
    calls.append(await slow.submit([5], deadline=long_enough))
    await slow.finish_batch(seconds=0.5)
    await slow.finish_batch(seconds=1)
    await slow.finish_batch(seconds=1)
    assert slow.batches == [[1], [2], [3], [5]]
    await asyncio.gather(*calls)


async def test_call_that_cannot_meet_its_deadline_any_more_is_not_scored(slow: Bench) -> None:
    first = await slow.submit([2])
    late = await slow.submit([3], deadline=slow.clock.now + 2.5)
    await slow.finish_batch(seconds=1.6)  # longer than was expected
    assert isinstance(late.exception(), DeadlineExceededError)
    assert slow.batches == [[1], [2]]
    await first


async def test_deadline_of_a_call_that_shares_a_batch_is_met_by_the_batch() -> None:
    bench = Bench(BatchingConfig(max_batch_tokens=16))
    learned = [await bench.submit([1], [1])]
    await bench.finish_batch(seconds=1)
    calls = [await bench.submit([2], [2]), await bench.submit([3])]
    calls.append(await bench.submit([4], deadline=bench.clock.now + 2.1))  # one second, and one with [3]
    await bench.finish_all()
    await asyncio.gather(*learned, *calls)


async def test_call_of_many_texts_does_not_make_others_miss_their_deadlines(slow: Bench) -> None:
    many = await slow.submit(*[[2]] * 100)
    one = await slow.submit([3], deadline=slow.clock.now + 2.1)
    await slow.finish_batch(seconds=1)
    await slow.finish_batch(seconds=1)
    assert one.done()
    await slow.finish_all()
    await asyncio.gather(many, one)


async def test_call_is_tried_when_nobody_waits_whatever_the_forecast(slow: Bench) -> None:
    call = await slow.submit([2], deadline=slow.clock.now + 0.1)
    await slow.finish_batch(seconds=0.05)
    assert (await call).scores.shape == (1, 2)


async def test_call_that_would_wait_for_too_long_is_refused_with_the_time_to_come_back(slow: Bench) -> None:
    calls = [await slow.submit([value]) for value in range(2, 8)]  # one is being scored, five wait
    slow.clock.now += 0.5
    refusal = await slow.refusal([9])
    assert isinstance(refusal, ResourceExhaustedError)
    assert refusal.retry_after_ms == 5500
    await slow.finish_all()
    await asyncio.gather(*calls)


async def test_large_call_is_not_refused_for_its_own_size(slow: Bench) -> None:
    call = await slow.submit(*[[2]] * 20)
    await slow.finish_all()
    await call
