"""What is expected of answers: as the last ones were, by load, and less and less when nothing confirms it."""

import pytest

from service.response_times import OVERLOAD_MARGIN, OVERLOAD_SECONDS, Lateness, ResponseTimes
from tests.service.fakes import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def times(clock: Clock) -> ResponseTimes:
    return ResponseTimes(clock)


def observe(times: ResponseTimes, texts: int, *seconds: float) -> None:
    for number in seconds:
        times.observe(texts, number)


def test_nothing_is_expected_before_the_first_answer(times: ResponseTimes) -> None:
    assert times.expected(1) == 0


def test_steady_answers_are_expected_as_they_are(times: ResponseTimes) -> None:
    observe(times, 1, *[0.02] * 100)
    assert times.expected(1) == pytest.approx(0.02, rel=0.01)


def test_uneven_answers_are_expected_later_than_their_mean(times: ResponseTimes) -> None:
    observe(times, 1, *[0.01, 0.03] * 100)
    assert 0.03 <= times.expected(1) <= 0.05


def test_a_lighter_load_tells_the_least_that_a_heavier_one_takes_and_never_the_other_way(times: ResponseTimes) -> None:
    observe(times, 4, *[0.02] * 100)
    assert times.expected(100) == times.expected(4)
    assert times.expected(1) == 0


def test_loads_are_told_apart(times: ResponseTimes) -> None:
    observe(times, 1, *[0.001] * 100)
    observe(times, 64, *[0.05] * 100)
    assert times.expected(1) < 0.002
    assert times.expected(64) > 0.04


def test_one_answer_that_was_held_up_says_little_about_the_next(times: ResponseTimes) -> None:
    observe(times, 1, *[0.01] * 100, 60.0)
    assert times.expected(1) < 0.03


def test_what_nothing_confirms_fades(times: ResponseTimes, clock: Clock) -> None:
    observe(times, 1, *[0.08] * 100)
    expected = times.expected(1)
    clock.now += 1
    assert times.expected(1) == pytest.approx(expected / 2)
    clock.now += 9
    assert times.expected(1) < 0.001


def test_one_late_call_among_many_asks_for_no_margin(clock: Clock) -> None:
    lateness = Lateness(clock)
    for number in range(1000):
        lateness.observe(number % 100 == 0)
        assert lateness.margin == 1


def test_when_many_come_late_calls_need_a_margin_for_some_time(clock: Clock) -> None:
    lateness = Lateness(clock)
    for number in range(100):
        lateness.observe(number % 4 == 0)
    assert lateness.margin == OVERLOAD_MARGIN
    clock.now += OVERLOAD_SECONDS / 2
    for _ in range(1000):
        lateness.observe(False)
    assert lateness.margin == OVERLOAD_MARGIN
    clock.now += OVERLOAD_SECONDS
    lateness.observe(False)
    assert lateness.margin == 1
