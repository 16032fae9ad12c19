import pytest

from service.batching.cost_model import CostModel


@pytest.fixture
def cost() -> CostModel:
    return CostModel()


def test_nothing_is_expected_before_the_first_pass(cost: CostModel) -> None:
    assert cost.seconds(4, 16) == 0


def test_pass_is_expected_to_take_what_one_like_it_took(cost: CostModel) -> None:
    cost.observe(4, 16, 2)
    assert cost.seconds(4, 16) == pytest.approx(2)
    assert cost.seconds(3, 13) == pytest.approx(1.5)  # of the same class: it costs by the text


def test_newer_passes_count_for_more(cost: CostModel) -> None:
    cost.observe(4, 16, 1)
    cost.observe(4, 16, 2)
    assert cost.seconds(4, 16) == pytest.approx(1.2)
    for _ in range(30):
        cost.observe(4, 16, 2)
    assert cost.seconds(4, 16) == pytest.approx(2, rel=0.01)


def test_single_pass_that_was_held_up_changes_little(cost: CostModel) -> None:
    cost.observe(4, 16, 1)
    cost.observe(4, 16, 1000)
    assert cost.seconds(4, 16) == pytest.approx(1.6)


def test_first_pass_that_took_no_time_at_all_is_not_believed_for_ever(cost: CostModel) -> None:
    cost.observe(4, 16, 0)
    cost.observe(4, 16, 1)
    assert cost.seconds(4, 16) == pytest.approx(0.2)


def test_classes_of_batches_are_told_apart_by_rows_and_by_width(cost: CostModel) -> None:
    cost.observe(1, 16, 1)
    cost.observe(32, 16, 4)
    cost.observe(1, 256, 9)
    assert cost.seconds(1, 16) == pytest.approx(1)
    assert cost.seconds(32, 16) == pytest.approx(4)
    assert cost.seconds(1, 256) == pytest.approx(9)


def test_class_never_seen_costs_as_the_one_nearest_in_size(cost: CostModel) -> None:
    cost.observe(1, 8, 1)
    cost.observe(32, 64, 64)
    assert cost.seconds(2, 8) == pytest.approx(2)
    assert cost.seconds(32, 32) == pytest.approx(32)
    assert cost.seconds(0, 8) == 0


def test_of_two_classes_equally_large_the_one_of_like_width_counts(cost: CostModel) -> None:
    cost.observe(1, 64, 1)
    cost.observe(8, 8, 4)
    assert cost.seconds(4, 16) == pytest.approx(4)
