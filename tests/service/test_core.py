import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from service.core import ServerCore
from service.errors import DeadlineExceededError, InternalError, InvalidArgumentError, UnavailableError
from service.limits import BatchingConfig, Limits
from service.models.manager import ModelManager
from service.models.repository import Repository
from service.types import Classification, ClassifyQuery, ModelSpec, ModelState, ModelStatus, OnTooLong
from tests.service.fakes import POISON, Clock, FakeServable, Gate, settle

StartCore = Callable[[FakeServable], Awaitable[ServerCore]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def start_core(tmp_path: Path, clock: Clock) -> AsyncIterator[StartCore]:
    (tmp_path / "numbers" / "7").mkdir(parents=True)
    managers: list[ModelManager] = []

    async def start(servable: FakeServable) -> ServerCore:
        manager = ModelManager(Repository(tmp_path), lambda directory: servable, clock=clock)
        await manager.refresh()
        managers.append(manager)
        return ServerCore(manager, Limits(max_texts=10, max_characters=100), clock)

    yield start
    for manager in managers:
        await manager.stop()


def query(*texts: str, on_too_long: OnTooLong = OnTooLong.TRUNCATE, top_k: int = 0) -> ClassifyQuery:
    return ClassifyQuery(ModelSpec("numbers"), texts, top_k=top_k, on_too_long=on_too_long)


def share_of_b(answer: Classification) -> list[float]:
    """Score of label b, which is the sum of a text's numbers in thousandths."""
    return [next(label.score for label in result.labels if label.label == "b") for result in answer.results]


async def test_every_text_is_answered_in_order_by_the_version_that_served(start_core: StartCore) -> None:
    core = await start_core(FakeServable())
    answer = await core.classify(query("200 400", "", "words only 100"))
    assert answer.spec == ModelSpec("numbers", 7)
    np.testing.assert_allclose(share_of_b(answer), [0.6, 0.0, 0.102], rtol=1e-6)
    assert [result.labels[0].label for result in answer.results] == ["b", "a", "a"]
    assert [result.token_count for result in answer.results] == [2, 0, 3]
    assert [result.unknown_token_count for result in answer.results] == [0, 0, 2]
    assert [result.truncated for result in answer.results] == [False] * 3


async def test_top_k_reaches_the_ranking(start_core: StartCore) -> None:
    core = await start_core(FakeServable())
    (result,) = (await core.classify(query("600", top_k=1))).results
    assert [label.label for label in result.labels] == ["b"]


async def test_long_text_is_truncated_and_says_so(start_core: StartCore) -> None:
    core = await start_core(FakeServable(max_tokens=2))
    (result,) = (await core.classify(query("100 200 x 400 y"))).results
    assert result.labels[1].score == pytest.approx(0.3)
    assert (result.token_count, result.unknown_token_count, result.truncated) == (5, 0, True)


async def test_long_texts_are_rejected_by_index(start_core: StartCore) -> None:
    core = await start_core(FakeServable(max_tokens=2))
    with pytest.raises(InvalidArgumentError, match=r"texts\[1\]: has 3 tokens; the model reads 2") as failure:
        await core.classify(query("1 2", "1 2 3", "1", "1 2 3 4", on_too_long=OnTooLong.REJECT))
    assert [violation.field for violation in failure.value.violations] == ["texts[1]", "texts[3]"]


async def test_texts_that_fit_are_not_rejected(start_core: StartCore) -> None:
    core = await start_core(FakeServable(max_tokens=2))
    await core.classify(query("1 2", on_too_long=OnTooLong.REJECT))


async def test_long_text_is_scored_in_pieces_and_averaged_by_tokens(start_core: StartCore) -> None:
    servable = FakeServable(max_tokens=4)
    core = await start_core(servable)
    answer = await core.classify(query("10 20 30 40 50 x", "7", on_too_long=OnTooLong.CHUNK))
    pieces = sorted(row[row > 0].tolist() for row in servable.scored[0].token_ids if row[0] != 7)
    assert sorted(number for piece in pieces for number in piece) == [1, 10, 20, 30, 40, 50]
    expected = sum(len(piece) * sum(piece) / 1000 for piece in pieces) / 6
    np.testing.assert_allclose(share_of_b(answer), [expected, 0.007], rtol=1e-6)
    long = answer.results[0]
    assert (long.token_count, long.unknown_token_count, long.truncated) == (6, 1, False)


async def test_texts_that_fit_are_not_tokenised_again_for_chunking(start_core: StartCore) -> None:
    servable = FakeServable()
    core = await start_core(servable)
    await core.classify(query("1", "2", on_too_long=OnTooLong.CHUNK))
    assert len(servable.tokenized) == 1


async def test_query_is_checked_before_any_work(start_core: StartCore) -> None:
    servable = FakeServable()
    core = await start_core(servable)
    with pytest.raises(InvalidArgumentError):
        await core.classify(query(*["1"] * 11))
    assert servable.tokenized == []


async def test_expired_call_is_not_even_tokenised(start_core: StartCore, clock: Clock) -> None:
    servable = FakeServable()
    core = await start_core(servable)
    with pytest.raises(DeadlineExceededError):
        await core.classify(query("1"), deadline=clock.now)
    assert servable.tokenized == []


async def test_call_that_expires_in_the_queue_is_never_scored(start_core: StartCore, clock: Clock) -> None:
    servable = FakeServable(gate=Gate(closed=True))
    core = await start_core(servable)
    first = asyncio.create_task(core.classify(query("1")))
    await servable.gate.arrival()
    second = asyncio.create_task(core.classify(query("2"), deadline=clock.now + 1))
    await settle()
    clock.now += 1
    servable.gate.open()
    with pytest.raises(DeadlineExceededError):
        await second
    await first
    assert [tokens.token_ids.tolist() for tokens in servable.scored] == [[[1]]]


async def test_under_load_a_call_that_would_be_answered_too_late_is_refused_before_any_work(
    start_core: StartCore, clock: Clock
) -> None:
    servable = FakeServable(gate=Gate(closed=True))
    core = await start_core(servable)

    async def answer_after(seconds: float) -> None:
        call = asyncio.create_task(core.classify(query("1")))
        await servable.gate.arrival()
        clock.now += seconds
        servable.gate.open()
        await call
        servable.gate.close()

    await answer_after(0.5)
    first = asyncio.create_task(core.classify(query("1")))
    await servable.gate.arrival()
    with pytest.raises(DeadlineExceededError, match="the server is busy"):
        core.check_arrival(remaining=0.4)
    core.check_arrival(remaining=None)
    with pytest.raises(DeadlineExceededError, match="the server is busy"):
        await core.classify(query("2"), deadline=clock.now + 0.4)
    assert len(servable.tokenized) == 2
    servable.gate.open()
    await first


async def test_a_call_that_finds_nobody_else_is_tried_however_near_its_deadline(
    start_core: StartCore, clock: Clock
) -> None:
    servable = FakeServable(gate=Gate(closed=True))
    core = await start_core(servable)
    slow = asyncio.create_task(core.classify(query("1")))
    await servable.gate.arrival()
    clock.now += 10
    servable.gate.open()
    await slow
    await core.classify(query("2"), deadline=clock.now + 0.001)


async def test_cancelled_call_lets_go_of_the_model(start_core: StartCore) -> None:
    servable = FakeServable(gate=Gate(closed=True))
    core = await start_core(servable)
    call = asyncio.create_task(core.classify(query("1")))
    await servable.gate.arrival()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    servable.gate.open()  # the fixture's stop would wait for ever for a lease that was kept


async def test_fault_of_the_model_is_an_internal_error_of_the_guilty_call_alone(start_core: StartCore) -> None:
    core = await start_core(FakeServable())
    guilty, innocent = await asyncio.gather(
        core.classify(query(str(POISON))), core.classify(query("5")), return_exceptions=True
    )
    assert isinstance(guilty, InternalError)
    assert isinstance(innocent, Classification)


async def test_timing_adds_up(start_core: StartCore, clock: Clock) -> None:
    servable = FakeServable(gate=Gate(closed=True))
    core = await start_core(servable)
    call = asyncio.create_task(core.classify(query("1", "2")))
    await servable.gate.arrival()
    clock.now += 0.25
    servable.gate.open()
    timing = (await call).timing
    assert (timing.total_us, timing.tokenize_us, timing.queue_us, timing.compute_us) == (250_000, 0, 0, 250_000)
    assert timing.batch_size == 2


async def test_models_are_listed_and_described(start_core: StartCore) -> None:
    servable = FakeServable()
    core = await start_core(servable)
    status = ModelStatus("numbers", 7, ModelState.AVAILABLE)
    assert core.list_models() == [status]
    assert core.get_model(ModelSpec()) == (status, servable.info)


async def test_calls_accepted_before_the_stop_are_answered(tmp_path: Path) -> None:
    (tmp_path / "numbers" / "1").mkdir(parents=True)
    servable = FakeServable(gate=Gate(closed=True))
    manager = ModelManager(Repository(tmp_path), lambda directory: servable, batching=BatchingConfig(8, 8))
    await manager.refresh()
    core = ServerCore(manager, Limits())
    calls = [asyncio.create_task(core.classify(query(str(number)))) for number in range(6)]
    await servable.gate.arrival()
    stop = asyncio.create_task(manager.stop())
    await settle()
    with pytest.raises(UnavailableError):
        await core.classify(query("9"))
    servable.gate.open()
    answers = await asyncio.gather(*calls)
    await stop
    assert [share_of_b(answer)[0] for answer in answers] == pytest.approx([number / 1000 for number in range(6)])
