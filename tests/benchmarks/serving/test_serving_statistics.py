"""Figures are what a hand would reckon from the measurements."""

import json
import math

import pytest

from benchmarks.serving.statistics import against, percentile, row


@pytest.mark.parametrize(
    ("percent", "expected"), [(50, 3), (99, 5), (100, 5), (20, 1), (21, 2), (0, 1)], ids=lambda value: str(value)
)
def test_a_percentile_is_a_value_that_was_measured(percent: float, expected: float) -> None:
    assert percentile([5, 1, 4, 2, 3], percent) == expected


def test_of_a_thousand_values_ten_are_above_the_99th_percentile() -> None:
    assert percentile(range(1, 1001), 99) == 990


def test_without_values_a_percentile_is_infinite() -> None:
    assert percentile([], 99) == math.inf


def test_a_row_has_median_and_extremes_of_the_rounds() -> None:
    assert row("work", "ours", "speed", "1/s", [3.0, 1.0, 2.00004], "abc") == {
        "workload": "work",
        "system": "ours",
        "figure": "speed",
        "unit": "1/s",
        "median": 2.0,
        "min": 1.0,
        "max": 3.0,
        "ratio_to": None,
        "ratio": None,
        "commit": "abc",
    }


def test_a_ratio_is_taken_within_each_round_so_that_a_slow_round_does_not_count() -> None:
    ours, theirs = [100.0, 10.0, 100.0], [50.0, 5.0, 40.0]
    found = against(row("work", "ours", "speed", "1/s", ours, "abc"), ours, "theirs", theirs)
    assert (found["ratio_to"], found["ratio"]) == ("theirs", 2.0)


def test_what_has_no_number_is_null_in_json() -> None:
    found = row("work", "ours", "latency", "ms", [math.inf], "abc")
    found = against(found, [1.0], "theirs", [0.0])
    assert json.loads(json.dumps(found, allow_nan=False))["median"] is None
    assert found["ratio"] is None
