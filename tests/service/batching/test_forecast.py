import asyncio

import pytest

from service.batching.cost_model import CostModel
from service.batching.forecast import BULK_SECONDS, GUESS, PACE, Forecast
from service.batching.pending_call import PendingCall
from service.types import Caller, Priority
from tests.service.fakes import tokens_of


@pytest.fixture
def forecast() -> Forecast:
    """Of a model that takes a millisecond for a text of 8 tokens in a batch of four, and twice that when alone."""
    cost = CostModel()
    cost.observe(4, 8, 0.004)
    cost.observe(1, 8, 0.002)
    return Forecast(cost, max_batch_tokens=32)


async def due_times(
    forecast: Forecast, *widths: int, others: int = 0, priority: Priority = Priority.NORMAL
) -> list[float]:
    tokens = tokens_of(*([1] * width for width in widths))
    answer = asyncio.get_running_loop().create_future()
    return forecast.due_times(PendingCall(tokens, None, 100.0, answer, Caller("c", priority)), others)


@pytest.mark.parametrize(("texts", "seconds"), [(0, 0), (1, 0.002), (4, 0.004), (9, 0.01)])
def test_texts_are_expected_to_be_scored_in_full_batches_and_a_rest(
    forecast: Forecast, texts: int, seconds: float
) -> None:
    assert forecast.seconds({8: texts}) == pytest.approx(seconds)


def test_texts_of_each_width_are_scored_apart(forecast: Forecast) -> None:
    assert forecast.seconds({8: 4, 32: 1}) == pytest.approx(0.008)


async def test_first_text_is_due_as_it_arrives_and_the_others_at_a_tenth_of_the_speed(forecast: Forecast) -> None:
    assert await due_times(forecast, 8) == [100.0]
    assert await due_times(forecast, 8, 8, 32, 8) == pytest.approx([100.0, 100.01, 100.02, 100.06])


async def test_texts_of_many_calls_of_a_client_come_at_the_pace_of_one(forecast: Forecast) -> None:
    assert await due_times(forecast, 8, others=3) == pytest.approx([100.03])
    assert await due_times(forecast, 8, 8, others=1) == pytest.approx([100.01, 100.03])


async def test_bulk_calls_are_due_late(forecast: Forecast) -> None:
    bulk = await due_times(forecast, 8, 8, priority=Priority.BULK)
    assert bulk == pytest.approx([100 + BULK_SECONDS, 100.01 + BULK_SECONDS])


async def test_texts_are_paced_by_a_guess_before_the_first_pass() -> None:
    assert await due_times(Forecast(CostModel(), 32), 8, 8) == [100.0, 100.0 + PACE * 8 * GUESS]


@pytest.mark.parametrize(("texts", "seconds"), [(0, 0), (1, 0.003), (3, 0.003), (4, 0.004), (5, 0.007)])
def test_last_batch_is_expected_to_grow(forecast: Forecast, texts: int, seconds: float) -> None:
    assert forecast.seconds({8: texts}, company=24) == pytest.approx(seconds)


def test_last_batch_is_not_expected_to_grow_beyond_its_budget(forecast: Forecast) -> None:
    assert forecast.seconds({8: 1}, company=1000) == pytest.approx(0.004)
