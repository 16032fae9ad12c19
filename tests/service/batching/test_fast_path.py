import asyncio

import numpy as np
import pytest

from service.batching.fast_path import MAX_CHARACTERS, MAX_TEXTS, FastPath, Outcome
from service.errors import DeadlineExceededError, ResourceExhaustedError
from service.limits import BatchingConfig
from service.tokenizing.tokens import Tokens
from tests.service.batching.batcher_bench import Bench
from tests.service.fakes import POISON, DrivenThread, expected_scores, settle


class FastBench(Bench):
    """A fast path beside a batcher, each with a thread that the test drives."""

    def __init__(self, config: BatchingConfig | None = None) -> None:
        super().__init__(config)
        self.fast_thread = DrivenThread()
        limit = (config or BatchingConfig()).max_batch_tokens
        self.fast = FastPath(
            self.tokenize,
            self.servable.score,
            self.fast_thread,
            self.batcher,
            limit,
            self.clock,  # type: ignore[arg-type]
        )

    def tokenize(self, texts: list[bytes]) -> Tokens:
        if b"unreadable" in texts:
            raise ValueError("unreadable")
        return self.servable.tokenize(texts)

    async def send(self, *texts: str, deadline: float | None = None) -> asyncio.Task[Outcome]:
        task = asyncio.create_task(self.fast.run(texts, deadline))
        await settle()
        return task

    async def work(self) -> None:
        """Run all that is given to the thread of the fast path."""
        while self.fast_thread.waiting:
            self.fast_thread.finish()
            await settle()


@pytest.fixture
def bench() -> FastBench:
    return FastBench()


async def test_call_is_tokenised_and_scored_in_one_job(bench: FastBench) -> None:
    call = await bench.send("5 6", "7")
    bench.fast_thread.finish()
    tokens, scored = await call
    assert tokens.length.tolist() == [2, 1]
    assert scored is not None
    assert scored.batch_size == 2
    np.testing.assert_array_equal(scored.scores, np.array([expected_scores([5, 6]), expected_scores([7])], np.float32))


async def test_calls_that_wait_for_the_thread_share_the_next_job_and_get_their_own_scores(bench: FastBench) -> None:
    calls = [await bench.send(text) for text in ("1", "2", "3")]
    await bench.work()
    assert bench.batches == [[1], [2, 3]]
    shares = [scored.scores[0, 1] for _, scored in [await call for call in calls] if scored]
    np.testing.assert_allclose(shares, [0.001, 0.002, 0.003], rtol=1e-6)


async def test_it_is_closed_while_texts_wait_in_the_queue_and_opens_when_they_are_being_scored(
    bench: FastBench,
) -> None:
    await bench.submit([1])
    assert bench.fast.is_open(["2"])  # the first batch was taken out of the queue already
    waiting = await bench.submit([3])
    assert not bench.fast.is_open(["2"])
    await bench.finish_batch()
    assert bench.fast.is_open(["2"])
    await bench.finish_all()
    await waiting


async def test_it_is_closed_to_more_texts_than_may_wait_and_to_more_characters(bench: FastBench) -> None:
    assert bench.fast.is_open(["1"] * MAX_TEXTS)
    assert not bench.fast.is_open(["1"] * (MAX_TEXTS + 1))
    assert not bench.fast.is_open(["1" * (MAX_CHARACTERS + 1)])
    running = await bench.send("1")
    held = await bench.send(*["1"] * MAX_TEXTS)
    assert not bench.fast.is_open(["1"])
    await bench.work()
    assert bench.fast.is_open(["1"])
    await asyncio.gather(running, held)


async def test_it_is_closed_where_texts_are_meant_to_wait_for_others() -> None:
    assert not FastBench(BatchingConfig(max_wait_seconds=1)).fast.is_open(["1"])


async def test_it_is_closed_once_the_batcher_stops(bench: FastBench) -> None:
    await bench.batcher.stop()
    assert not bench.fast.is_open(["1"])


async def test_texts_that_wait_here_take_up_room_of_the_queue() -> None:
    bench = FastBench(BatchingConfig(max_queue_texts=3))
    running = await bench.send("1")
    held = await bench.send("2", "3")
    assert not bench.fast.is_open(["4", "5"])
    assert isinstance(await bench.refusal([4], [5]), ResourceExhaustedError)
    await bench.work()
    accepted = await bench.submit([4], [5])
    await bench.finish_all()
    await asyncio.gather(running, held, accepted)


@pytest.mark.parametrize(
    ("texts", "limit"), [(("1", "1 " * 40), 8192), (("1 2 3", "4 5 6", "7"), 8)], ids=["lengths", "tokens"]
)
async def test_texts_that_should_not_share_a_batch_are_tokenised_and_left_to_the_batcher(
    texts: tuple[str, ...], limit: int
) -> None:
    bench = FastBench(BatchingConfig(max_batch_tokens=limit))
    bench.servable.info.max_tokens = 100
    call = await bench.send(*texts)
    await bench.work()
    tokens, scored = await call
    assert scored is None
    assert bench.servable.scored == []
    assert tokens.length.tolist() == [len(text.split()) for text in texts]


async def test_scores_that_cannot_be_had_are_left_to_the_batcher_to_find_the_culprit(bench: FastBench) -> None:
    first, *calls = [await bench.send(text) for text in ("1", str(POISON), "2")]
    await bench.work()
    await first
    assert [scored for _, scored in [await call for call in calls]] == [None, None]


async def test_text_that_cannot_be_tokenised_fails_its_own_call_alone(bench: FastBench) -> None:
    first, bad, good = [await bench.send(text) for text in ("1", "unreadable", "2")]
    await bench.work()
    await asyncio.gather(first, good)
    with pytest.raises(ValueError, match="unreadable"):
        await bad


async def test_call_whose_deadline_passes_while_it_waits_is_never_worked_on(bench: FastBench) -> None:
    first = await bench.send("1")
    late = await bench.send("2", deadline=bench.clock.now + 1)
    bench.clock.now += 1
    await bench.work()
    await first
    with pytest.raises(DeadlineExceededError):
        await late
    assert bench.batches == [[1]]


async def test_cancelled_call_is_dropped(bench: FastBench) -> None:
    first, gone, other = [await bench.send(text) for text in ("1", "2", "3")]
    gone.cancel()
    await bench.work()
    await asyncio.gather(first, other)
    assert bench.batches == [[1], [3]]


async def test_batcher_learns_what_passes_take_here(bench: FastBench) -> None:
    call = await bench.send("1")
    plain = bench.servable.score

    def slow_score(tokens: Tokens) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        bench.clock.now += 2
        return plain(tokens)

    bench.fast._score = slow_score  # type: ignore[assignment]
    await bench.work()
    await call
    running = await bench.submit([1])
    assert isinstance(await bench.refusal([2], deadline=bench.clock.now + 1), DeadlineExceededError)
    await bench.finish_all()
    await running


async def test_it_is_idle_when_nothing_waits_or_runs(bench: FastBench) -> None:
    assert bench.fast.is_idle
    call = await bench.send("1")
    assert not bench.fast.is_idle
    await bench.work()
    await call
    assert bench.fast.is_idle
