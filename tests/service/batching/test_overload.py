"""What callers live through under more load than the processor can bear: simulated, so the figures are exact."""

import numpy as np
import pytest

from service.batching.forecast import BULK_SECONDS, PACE
from service.errors import DeadlineExceededError
from service.types import Caller, Priority
from tests.service.simulation import BATCH_TOKENS, TOKENS, Arrival, poisson, recurrent, simulate

ROOM = BATCH_TOKENS // TOKENS
BATCH_SECONDS = recurrent(ROOM, TOKENS)
CAPACITY = ROOM / BATCH_SECONDS
"""Texts a second."""


@pytest.fixture
def generator() -> np.random.Generator:
    return np.random.default_rng(0)


def singles(generator: np.random.Generator, load: float, seconds: float, patience: float = np.inf) -> list[Arrival]:
    """Calls of one text, at a load that is a multiple of the capacity."""
    return [Arrival(at, [TOKENS], patience, "single") for at in poisson(generator, load * CAPACITY, seconds)]


def answered(arrivals: list[Arrival], kind: str) -> list[float]:
    """How long each call of a kind took that was answered."""
    return [arrival.seconds for arrival in arrivals if arrival.kind == kind and arrival.error is None]


@pytest.mark.parametrize("patience", [4, 10])
async def test_goodput_at_three_times_the_capacity_is_that_of_the_capacity(
    generator: np.random.Generator, patience: int
) -> None:
    arrivals = singles(generator, load=3, seconds=0.7, patience=patience * BATCH_SECONDS)
    seconds = await simulate(arrivals)
    assert sum(arrival.is_good for arrival in arrivals) > 0.95 * CAPACITY * seconds
    assert len(answered(arrivals, "single")) < 1.02 * sum(arrival.is_good for arrival in arrivals)


async def test_refusals_under_overload_come_at_once(generator: np.random.Generator) -> None:
    arrivals = singles(generator, load=3, seconds=0.5, patience=5 * BATCH_SECONDS)
    await simulate(arrivals)
    refused = [arrival for arrival in arrivals if arrival.error is not None]
    assert len(refused) > len(arrivals) / 3
    assert {type(arrival.error) for arrival in refused} == {DeadlineExceededError}
    assert np.mean([arrival.seconds == 0 for arrival in refused]) > 0.95


async def test_goodput_stays_high_when_passes_take_now_longer_now_shorter(generator: np.random.Generator) -> None:
    arrivals = singles(generator, load=3, seconds=0.7, patience=8 * BATCH_SECONDS)
    seconds = await simulate(arrivals, lambda *shape: recurrent(*shape) * generator.lognormal(0, 0.3))
    mean = np.exp(0.3**2 / 2)
    assert sum(arrival.is_good for arrival in arrivals) > 0.9 * CAPACITY / mean * seconds


async def test_nobody_is_refused_at_half_of_the_capacity(generator: np.random.Generator) -> None:
    arrivals = singles(generator, load=0.5, seconds=1, patience=4 * BATCH_SECONDS)
    await simulate(arrivals)
    assert all(arrival.is_good for arrival in arrivals)


async def test_pass_that_hangs_for_long_is_no_reason_to_refuse_for_ever(generator: np.random.Generator) -> None:
    passes: list[float] = []

    def first_one_hangs(texts: int, tokens: int) -> float:
        passes.append(recurrent(texts, tokens) if passes else 3.0)
        return passes[-1]

    arrivals = singles(generator, load=0.5, seconds=4, patience=6 * BATCH_SECONDS)
    await simulate(arrivals, first_one_hangs)
    late = [arrival for arrival in arrivals if arrival.at > 3.2]
    assert len(late) > 100
    assert np.mean([arrival.is_good for arrival in late]) > 0.95


@pytest.mark.parametrize("callers", [1, 4])
async def test_callers_with_many_texts_delay_those_with_one_by_a_few_batches(
    generator: np.random.Generator, callers: int
) -> None:
    bulk = [Arrival(0.5 + number / 100, [TOKENS] * 500, kind="bulk") for number in range(callers)]
    arrivals = singles(generator, load=0.1, seconds=3) + bulk
    await simulate(arrivals)
    assert np.percentile(answered(arrivals, "single"), 99) < 2.5 * BATCH_SECONDS
    assert max(answered(arrivals, "bulk")) < 1.5 * callers * 500 / CAPACITY


async def test_caller_with_many_texts_is_served_although_more_come_with_one_than_can_be(
    generator: np.random.Generator,
) -> None:
    arrivals = [*singles(generator, load=1.3, seconds=3), Arrival(0.5, [TOKENS] * 50, kind="bulk")]
    await simulate(arrivals)
    backlog = 0.3 * 3  # seconds, at the end
    assert answered(arrivals, "bulk")[0] < PACE * 50 / CAPACITY + backlog
    assert answered(arrivals, "bulk")[0] < 2.5  # they came for longer


async def test_long_texts_are_served_although_short_ones_come_without_end(generator: np.random.Generator) -> None:
    arrivals = [*singles(generator, load=1.2, seconds=1.5), Arrival(0.5, [200], kind="long")]
    await simulate(arrivals)
    before = [arrival.ended_at for arrival in arrivals if arrival.kind == "single" and arrival.at < 0.5]
    assert answered(arrivals, "long")[0] < max(before) - 0.5 + recurrent(4, 200) + BATCH_SECONDS


@pytest.mark.parametrize("named", [True, False], ids=["clients are known", "clients are not known"])
async def test_thousand_calls_of_one_client_hold_up_no_other_client_where_clients_are_known(
    generator: np.random.Generator, named: bool
) -> None:
    greedy, modest = (Caller("greedy"), Caller("modest")) if named else (Caller(), Caller())
    arrivals = [Arrival(0.0, [TOKENS], kind="greedy", caller=greedy) for _ in range(1000)]
    arrivals += [Arrival(at, [TOKENS], kind="modest", caller=modest) for at in poisson(generator, 20, 0.6)]
    await simulate(arrivals)
    worst = max(answered(arrivals, "modest"))
    assert (worst < 3 * BATCH_SECONDS) == named
    assert max(answered(arrivals, "greedy")) < 1.1 * 1000 / CAPACITY


async def test_client_that_sends_many_calls_still_has_a_tenth_of_the_processor_beside_a_modest_flood(
    generator: np.random.Generator,
) -> None:
    arrivals = [Arrival(0.0, [TOKENS], kind="greedy", caller=Caller("greedy")) for _ in range(100)]
    arrivals += [
        Arrival(at, [TOKENS], kind="modest", caller=Caller(f"modest {number}"))
        for number, at in enumerate(poisson(generator, CAPACITY, 3.0))
    ]
    await simulate(arrivals)
    assert max(answered(arrivals, "greedy")) < 2 * 10 * 100 / CAPACITY


async def test_bulk_calls_fill_what_others_leave_and_delay_them_by_a_batch(generator: np.random.Generator) -> None:
    bulk = Caller("same", Priority.BULK)
    arrivals = [Arrival(0.0, [TOKENS] * 10, kind="bulk", caller=bulk) for _ in range(100)]
    arrivals += [Arrival(at, [TOKENS], kind="single", caller=Caller("same")) for at in poisson(generator, 50, 0.5)]
    await simulate(arrivals)
    assert max(answered(arrivals, "single")) < 3 * BATCH_SECONDS
    assert max(answered(arrivals, "bulk")) < 1.1 * len(arrivals) * 10 / CAPACITY


async def test_bulk_calls_are_answered_some_seconds_after_they_came_although_others_never_pause(
    generator: np.random.Generator,
) -> None:
    arrivals = singles(generator, load=1.2, seconds=BULK_SECONDS + 1)
    arrivals.append(Arrival(0.5, [TOKENS], kind="bulk", caller=Caller(priority=Priority.BULK)))
    await simulate(arrivals)
    assert BULK_SECONDS < answered(arrivals, "bulk")[0] < BULK_SECONDS + 3
