import random
from collections import Counter

import pytest

from service.versioning.traffic import Shadow, TrafficSplit, parse_shadow, parse_split, point_of

SPLIT = TrafficSplit((("stable", 90.0), (4, 10.0)))


def test_targets_get_the_line_by_their_weights_in_order() -> None:
    chosen = [SPLIT.choose(point / 100, lambda target: True) for point in range(100)]
    assert chosen == ["stable"] * 90 + [4] * 10


def test_targets_that_are_not_usable_leave_their_part_to_the_others() -> None:
    assert {SPLIT.choose(point / 100, lambda target: target == 4) for point in range(100)} == {4}
    assert SPLIT.choose(0.5, lambda target: False) is None


def test_end_of_the_line_belongs_to_the_last_target() -> None:
    split = TrafficSplit(((1, 0.1), (2, 0.2), (3, 0.3)))
    assert split.choose(1 - 2**-53, lambda target: True) == 3


def test_keys_are_spread_by_the_weights() -> None:
    counts = Counter(
        SPLIT.choose(point_of("topics", f"user-{number}"), lambda target: True) for number in range(10_000)
    )
    assert 850 < counts[4] < 1150  # ten standard deviations are 300


def test_key_that_gets_the_new_version_keeps_it_when_its_weight_grows() -> None:
    points = [random.Random(seed).random() for seed in range(500)]
    more = TrafficSplit((("stable", 70.0), (4, 30.0)))
    for point in points:
        if SPLIT.choose(point, lambda target: True) == 4:
            assert more.choose(point, lambda target: True) == 4


def test_point_of_a_key_never_changes_and_is_another_one_for_another_model() -> None:
    assert point_of("topics", "user-1") == pytest.approx(0.28677705, abs=1e-6)  # by b2sum
    assert point_of("reviews", "user-1") != point_of("topics", "user-1")
    assert all(0 <= point_of("topics", str(number)) < 1 for number in range(1000))


def test_split_and_shadow_are_read_as_they_are_spelled() -> None:
    assert parse_split("stable:90,4:10") == SPLIT
    assert parse_shadow("canary:0.1") == Shadow("canary", 0.1)
    assert parse_shadow("4:1") == Shadow(4, 1.0)


@pytest.mark.parametrize("text", ["", "stable", "stable:", "stable:0", "stable:-1", "stable:inf", "stable:nan", "0:1",
                                  "a b:1", "stable:1,stable:2", "stable:1,"])  # fmt: skip
def test_anything_else_is_no_split(text: str) -> None:
    with pytest.raises(ValueError, match="such as stable:90,canary:10"):
        parse_split(text)


@pytest.mark.parametrize("text", ["", "canary", "canary:0", "canary:1.1", "canary:0.1,stable:0.1"])
def test_anything_else_is_no_shadow(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as canary:0\.1"):
        parse_shadow(text)
