import asyncio
import contextvars
from collections.abc import AsyncIterator, Sequence

import numpy as np
import pytest

from service.batching.batcher import NOBODY, Batcher, ScoredCall
from service.errors import DeadlineExceededError, InternalError, ResourceExhaustedError, UnavailableError
from service.executor import WorkerThread
from service.limits import BatchingConfig
from service.types import Caller, Priority
from tests.service.fakes import (
    POISON,
    Clock,
    DrivenSleep,
    DrivenThread,
    FakeServable,
    Gate,
    expected_scores,
    settle,
    tokens_of,
)


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


async def test_one_client_leaves_a_tenth_of_the_queue_to_others() -> None:
    bench = Bench(BatchingConfig(max_queue_texts=20))
    await bench.submit([1], caller=Caller("other"))
    calls = [await bench.submit([2], caller=Caller("greedy")) for _ in range(18)]
    refused = await bench.refusal([3], caller=Caller("greedy"))
    assert isinstance(refused, ResourceExhaustedError)
    assert "18 texts of yours are waiting" in str(refused)
    assert refused.retry_after_ms
    calls.append(await bench.submit([4], caller=Caller("other")))
    await bench.finish_all()
    await asyncio.gather(*calls)
    again = await bench.submit([5], caller=Caller("greedy"))
    await bench.finish_all()
    await again


async def test_one_call_may_fill_the_whole_queue_when_its_client_has_no_other() -> None:
    bench = Bench(BatchingConfig(max_queue_texts=20))
    call = await bench.submit(*([1] for _ in range(20)), caller=Caller("greedy"))
    await bench.finish_all()
    await call


async def test_bulk_calls_fill_half_of_the_queue_together() -> None:
    bench = Bench(BatchingConfig(max_queue_texts=20))
    bulk = [Caller(f"client {number}", Priority.BULK) for number in range(12)]
    await bench.submit([1])
    calls = [await bench.submit([2], caller=caller) for caller in bulk[:10]]
    assert "bulk" in str(await bench.refusal([3], caller=bulk[10]))
    calls.append(await bench.submit([4]))
    await bench.finish_all()
    await asyncio.gather(*calls)


async def test_texts_of_a_cancelled_call_no_longer_count_against_its_client() -> None:
    bench = Bench(BatchingConfig(max_queue_texts=10))
    await bench.submit([1], caller=Caller("other"))
    gone = await bench.submit(*([2] for _ in range(8)), caller=Caller("greedy"))
    assert await bench.refusal([3], [3], caller=Caller("greedy"))
    gone.cancel()
    await settle()
    call = await bench.submit(*([3] for _ in range(8)), caller=Caller("greedy"))
    await bench.finish_all()
    await call
