"""Calls of an open loop come as a Poisson process: independent, at the rate that was asked for."""

import numpy as np
import pytest

from benchmarks.serving.load import RECORD
from benchmarks.serving.schedules import START, merged, poisson_schedule


def test_gaps_are_exponential() -> None:
    schedule = poisson_schedule(rate=500, seconds=40, messages=7, seed=1)
    gaps = np.diff(schedule["seconds"])
    # 20,000 gaps: mean and deviation of an exponential distribution are equal; each is known to some 0.7 %.
    assert gaps.mean() == pytest.approx(1 / 500, rel=0.03)
    assert gaps.std() == pytest.approx(1 / 500, rel=0.04)
    # Share of gaps above the mean: 1/e.
    assert (gaps > 1 / 500).mean() == pytest.approx(np.exp(-1), abs=0.015)


def test_counts_of_equal_spans_vary_as_much_as_they_should() -> None:
    schedule = poisson_schedule(rate=100, seconds=200, messages=1, seed=2)
    counts = np.histogram(schedule["seconds"], bins=200, range=(0, 200))[0]
    assert counts.var() == pytest.approx(counts.mean(), rel=0.35)


def test_starts_are_in_order_within_the_time_and_of_messages_that_there_are() -> None:
    schedule = poisson_schedule(rate=300, seconds=2, messages=3, seed=3, first_message=10)
    assert (np.diff(schedule["seconds"]) >= 0).all()
    assert schedule["seconds"][0] >= 0
    assert schedule["seconds"][-1] < 2
    assert set(schedule["message"].tolist()) == {10, 11, 12}


def test_equal_seeds_give_equal_schedules_and_others_do_not() -> None:
    one, same, other = (poisson_schedule(50, 1, 5, seed) for seed in (4, 4, 5))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_merged_schedules_keep_every_start_in_order() -> None:
    one, other = poisson_schedule(50, 1, 5, 1), poisson_schedule(20, 1, 5, 2, first_message=5)
    both = merged(one, other)
    assert len(both) == len(one) + len(other)
    assert (np.diff(both["seconds"]) >= 0).all()
    assert sorted(both[both["message"] >= 5].tolist()) == sorted(other.tolist())


def test_files_are_laid_out_as_the_load_generator_reads_and_writes_them() -> None:
    assert START.itemsize == 12  # float64, int32, without a gap
    assert RECORD.itemsize == 40
