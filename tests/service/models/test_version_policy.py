import pytest

from service.models.version_policy import newest_first


@pytest.mark.parametrize(
    ("versions", "order"),
    [((), []), ((1,), [1]), ((2, 10, 9), [10, 9, 2]), ((3, 3, 1), [3, 1])],
)
def test_newest_version_is_tried_first(versions: tuple[int, ...], order: list[int]) -> None:
    assert newest_first(versions) == order
