import asyncio
import contextvars
from collections.abc import AsyncIterator

import numpy as np
import pytest

from service.batching.batcher import Batcher
from service.errors import DeadlineExceededError, InternalError, ResourceExhaustedError, UnavailableError
from service.executor import WorkerThread
from service.limits import BatchingConfig
from tests.service.batching.batcher_bench import Bench
from tests.service.fakes import (
    POISON,
    Clock,
    DrivenThread,
    FakeServable,
    Gate,
    expected_scores,
    settle,
    tokens_of,
)

CALLER = contextvars.ContextVar("caller", default="nobody")


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_call_alone_is_scored_at_once(bench: Bench) -> None:
    call = await bench.submit([5, 6], [7])
    await bench.finish_batch()
    scored = await call
    np.testing.assert_array_equal(scored.scores, np.array([expected_scores([5, 6]), expected_scores([7])], np.float32))
    assert scored.batch_size == 2


async def test_whatever_waits_while_the_thread_is_busy_shares_the_next_batch(bench: Bench) -> None:
    calls = [await bench.submit([value]) for value in (1, 2, 3)]
    await bench.finish_all()
    assert bench.batches == [[1], [2, 3]]
    assert [(await call).batch_size for call in calls] == [1, 2, 2]


async def test_calls_of_one_tick_share_a_batch(bench: Bench) -> None:
    calls = [asyncio.create_task(bench.batcher.score(tokens_of([value]), None)) for value in (1, 2)]
    await settle()
    await bench.finish_all()
    assert bench.batches == [[1, 2]]
    await asyncio.gather(*calls)


async def test_large_call_is_split_over_batches_and_joined_in_order() -> None:
    bench = Bench(BatchingConfig(max_batch_tokens=16))
    call = await bench.submit(*([value] for value in range(1, 6)))
    await bench.finish_all()
    assert bench.batches == [[1, 2], [3, 4], [5]]
    np.testing.assert_allclose((await call).scores[:, 1], np.arange(1, 6) / 1000)


async def test_batch_is_no_wider_than_its_longest_text(bench: Bench) -> None:
    wide = tokens_of([1], [2, 2, 2])
    call = asyncio.create_task(bench.batcher.score(tokens_of([3] * 50, [4]), None))
    other = asyncio.create_task(bench.batcher.score(wide, None))
    await settle()
    await bench.finish_all()
    assert sorted(tokens.token_ids.shape for tokens in bench.servable.scored) == [(1, 50), (3, 3)]
    await asyncio.gather(call, other)


async def test_text_without_tokens_gets_one_column(bench: Bench) -> None:
    call = await bench.submit([])
    await bench.finish_all()
    assert bench.servable.scored[0].token_ids.tolist() == [[0]]
    assert (await call).scores.tolist() == [[1, 0]]


async def test_length_of_a_truncated_text_reaches_the_model(bench: Bench) -> None:
    call = asyncio.create_task(bench.batcher.score(tokens_of([1] * 9, max_tokens=4), None))
    await settle()
    await bench.finish_all()
    assert bench.servable.scored[0].token_ids.shape == (1, 4)
    assert bench.servable.scored[0].length.tolist() == [9]
    await call


async def test_cancelled_caller_does_not_disturb_batch_mates(bench: Bench) -> None:
    await bench.submit([1])
    cancelled, mate = await bench.submit([2]), await bench.submit([3])
    await bench.finish_batch()  # both are being scored now
    cancelled.cancel()
    await bench.finish_all()
    assert cancelled.cancelled()
    assert (await mate).scores[0, 1] == np.float32(0.003)


async def test_texts_of_a_cancelled_caller_are_not_scored(bench: Bench) -> None:
    first = await bench.submit([1])
    cancelled = await bench.submit([2])
    cancelled.cancel()
    await settle()
    await bench.finish_all()
    assert bench.batches == [[1]]
    await first


async def test_cancelled_caller_frees_its_room_in_the_queue() -> None:
    bench = Bench(BatchingConfig(max_queue_texts=2))
    first = await bench.submit([1])
    cancelled = await bench.submit([2], [3])
    cancelled.cancel()
    await settle()
    second = await bench.submit([4], [5])
    await bench.finish_all()
    await asyncio.gather(first, second)


async def test_expired_call_is_answered_without_being_scored(bench: Bench) -> None:
    first = await bench.submit([1])
    expired = await bench.submit([2], deadline=bench.clock.now + 1)
    in_time = await bench.submit([3], deadline=bench.clock.now + 1.5)
    bench.clock.now += 1
    await bench.finish_all()
    with pytest.raises(DeadlineExceededError):
        await expired
    assert bench.batches == [[1], [3]]
    await asyncio.gather(first, in_time)


async def test_call_that_finds_the_queue_full_is_refused_at_once() -> None:
    bench = Bench(BatchingConfig(max_queue_texts=3))
    first = await bench.submit([1])
    waiting = await bench.submit([2], [3])
    refusal = await bench.refusal([4], [5])
    assert isinstance(refusal, ResourceExhaustedError)
    assert refusal.retry_after_ms == 10
    await bench.finish_all()
    await asyncio.gather(first, waiting)


async def test_time_to_wait_before_a_retry_follows_the_speed_of_the_model() -> None:
    bench = Bench(BatchingConfig(max_queue_texts=2))
    first = await bench.submit([1])
    second = await bench.submit([2], [3])
    await bench.finish_batch(seconds=2)  # for one text
    third = await bench.submit([4], [5])
    refusal = await bench.refusal([6])
    assert isinstance(refusal, ResourceExhaustedError)
    assert refusal.retry_after_ms == 4000
    await bench.finish_all()
    await asyncio.gather(first, second, third)


async def test_call_that_never_fits_is_refused_without_advice_to_retry() -> None:
    bench = Bench(BatchingConfig(max_queue_texts=2))
    refusal = await bench.refusal([1], [2], [3])
    assert isinstance(refusal, ResourceExhaustedError)
    assert "3 texts or pieces" in refusal.message
    assert refusal.retry_after_ms is None


async def test_only_the_call_with_the_guilty_text_fails(bench: Bench) -> None:
    first = await bench.submit([1])
    mates = [await bench.submit([value]) for value in (2, 3)]
    guilty = await bench.submit([4], [POISON], [5])
    mates += [await bench.submit([value]) for value in (6, 7)]
    await bench.finish_all()
    with pytest.raises(InternalError) as failure:
        await guilty
    assert isinstance(failure.value.__cause__, RuntimeError)
    assert [(await mate).scores[0, 1] for mate in mates] == [np.float32(value / 1000) for value in (2, 3, 6, 7)]
    await first


async def test_call_of_many_texts_does_not_hold_up_a_call_of_one() -> None:
    bench = Bench(BatchingConfig(max_batch_tokens=32))
    first = await bench.submit(*[[1]] * 4)
    await bench.finish_batch(seconds=0.004)
    many = await bench.submit(*([value] for value in range(2, 100)))
    await bench.finish_batch(seconds=0.004)
    one = await bench.submit([100])
    await bench.finish_batch(seconds=0.004)  # this one had begun already
    await bench.finish_batch(seconds=0.004)
    assert 100 in bench.batches[-1]
    assert one.done()
    assert not many.done()
    await bench.finish_all()
    await asyncio.gather(first, many, one)


async def test_batcher_goes_on_after_a_failure(bench: Bench) -> None:
    guilty = await bench.submit([POISON])
    await bench.finish_all()
    with pytest.raises(InternalError):
        await guilty
    call = await bench.submit([1])
    await bench.finish_all()
    await call


@pytest.mark.parametrize("scores", [np.full((1, 2), np.nan, np.float32), np.zeros((2, 2), np.float32), np.zeros(1)])
async def test_scores_that_are_none_count_as_a_failure(scores: np.ndarray) -> None:
    thread = DrivenThread()
    batcher = Batcher(lambda tokens: scores, thread, BatchingConfig(), Clock())
    call = asyncio.create_task(batcher.score(tokens_of([1]), None))
    await settle()
    thread.finish()
    with pytest.raises(InternalError):
        await call


async def test_timing_tells_wait_and_computation_apart(bench: Bench) -> None:
    first = await bench.submit([1])
    second = await bench.submit([2])
    bench.clock.now += 3
    await bench.finish_batch()
    bench.clock.now += 2
    await bench.finish_batch()
    assert (await first).queue_seconds == 0
    assert (await first).compute_seconds == 3
    assert (await second).queue_seconds == 3
    assert (await second).compute_seconds == 2


async def test_stop_answers_what_was_accepted_and_refuses_the_rest(bench: Bench) -> None:
    calls = [await bench.submit([value]) for value in (1, 2)]
    stop = asyncio.create_task(bench.batcher.stop())
    await settle()
    assert isinstance(await bench.refusal([3]), UnavailableError)
    assert not stop.done()
    await bench.finish_all()
    await asyncio.gather(stop, *calls)


async def test_stop_of_an_idle_batcher_returns(bench: Bench) -> None:
    await bench.batcher.stop()


@pytest.fixture
async def thread() -> AsyncIterator[WorkerThread]:
    thread = WorkerThread("test")
    yield thread
    await thread.close()


async def test_event_loop_runs_while_a_real_thread_scores(thread: WorkerThread) -> None:
    servable = FakeServable(gate=Gate(closed=True))
    batcher = Batcher(servable.score, thread, BatchingConfig(), Clock())
    first = asyncio.create_task(batcher.score(tokens_of([1]), None))
    await servable.gate.arrival()
    second = asyncio.create_task(batcher.score(tokens_of([2]), None))
    await settle()
    assert not first.done()
    servable.gate.open()
    assert (await first).batch_size == (await second).batch_size == 1


async def test_what_is_logged_of_a_batch_belongs_to_no_call(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    seen = []
    caplog.handler.addFilter(lambda record: seen.append(CALLER.get()) or True)
    CALLER.set("the first caller")
    calls = [await bench.submit([value]) for value in (1, POISON, 2)]
    await bench.finish_all()
    await asyncio.gather(*calls, return_exceptions=True)
    assert seen
    assert set(seen) == {"nobody"}
