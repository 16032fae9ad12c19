import pytest

from service.versioning.policy import VersionPolicy, parse_policy


@pytest.mark.parametrize(
    ("policy", "versions", "order"),
    [
        ("latest", (), []),
        ("latest", (1,), [1]),
        ("latest", (2, 10, 9), [10, 9, 2]),
        ("latest:2", (3, 3, 1), [3, 1]),
        ("all", (2, 10, 9), [10, 9, 2]),
        ("3", (2, 3, 4), [3]),
        ("5,3", (2, 3, 4), [3]),
        ("3,5", (5, 3, 4), [5, 3]),
    ],
)
def test_newest_of_those_that_may_be_served_is_tried_first(
    policy: str, versions: tuple[int, ...], order: list[int]
) -> None:
    assert parse_policy(policy).candidates(versions) == order


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("latest", VersionPolicy(most=1)),
        ("latest:3", VersionPolicy(most=3)),
        ("all", VersionPolicy(most=None)),
        ("7", VersionPolicy(most=None, numbers=frozenset({7}))),
        ("3,5", VersionPolicy(most=None, numbers=frozenset({3, 5}))),
    ],
)
def test_policy_is_read_as_it_is_spelled(text: str, policy: VersionPolicy) -> None:
    assert parse_policy(text) == policy


@pytest.mark.parametrize(
    "text", ["", "newest", "latest:", "latest:0", "latest:x", "all:2", "0", "-1", "3,", "3 5", "３", "9" * 20]
)
def test_anything_else_is_refused_with_the_forms_that_there_are(text: str) -> None:
    with pytest.raises(ValueError, match="latest:N, all, or version numbers"):
        parse_policy(text)
