import pytest

from service.compilation.buckets import Bucket, BucketGrid


@pytest.fixture
def grid() -> BucketGrid:
    return BucketGrid(max_tokens=100, max_batch_tokens=400)


@pytest.mark.parametrize(
    ("texts", "bucket"),
    [(1, 1), (3, 4), (9, 16), (16, 16), (17, 24), (25, 32), (33, 48), (49, 64), (65, 96), (97, 128)],
)
def test_rows_of_a_batch_are_rounded_up_to_the_next_step(grid: BucketGrid, texts: int, bucket: int) -> None:
    assert grid.cover(texts, 8).texts == bucket


@pytest.mark.parametrize(
    ("tokens", "bucket"), [(1, 8), (8, 8), (9, 16), (17, 24), (33, 48), (65, 96), (96, 96), (97, 100), (100, 100)]
)
def test_width_is_rounded_up_to_the_next_step_and_never_beyond_what_the_model_reads(
    grid: BucketGrid, tokens: int, bucket: int
) -> None:
    assert grid.cover(1, tokens).tokens == bucket


def test_batch_of_real_size_is_never_padded_to_many_times_its_size() -> None:
    grid = BucketGrid(max_tokens=512, max_batch_tokens=8192)
    for texts in range(1, 200):
        for tokens in range(9, 513):
            assert grid.cover(texts, tokens).size < 4 * texts * tokens
            if texts > 16 < tokens:
                assert grid.cover(texts, tokens).size < 2.25 * texts * tokens


def test_model_that_reads_few_tokens_has_one_width() -> None:
    assert BucketGrid(max_tokens=5, max_batch_tokens=20).by_gain() == [Bucket(1, 5), Bucket(2, 5), Bucket(4, 5)]


def test_smallest_buckets_come_first_and_none_is_beyond_the_budget(grid: BucketGrid) -> None:
    buckets = grid.by_gain()
    assert buckets[:4] == [Bucket(1, 8), Bucket(1, 16), Bucket(2, 8), Bucket(1, 24)]
    assert [bucket.size for bucket in buckets] == sorted(bucket.size for bucket in buckets)
    assert max(bucket.size for bucket in buckets) == 400
    assert len(set(buckets)) == len(buckets)


def test_every_width_has_a_bucket_for_one_text_even_beyond_the_budget() -> None:
    buckets = BucketGrid(max_tokens=100, max_batch_tokens=10).by_gain()
    assert [bucket.tokens for bucket in buckets if bucket.texts == 1] == [8, 16, 24, 32, 48, 64, 96, 100]


def test_every_batch_is_covered_by_a_bucket_of_the_list_that_it_can_wait_for(grid: BucketGrid) -> None:
    buckets = grid.by_gain()
    for bucket in buckets:
        assert grid.cover(bucket.texts, bucket.tokens) == bucket


def test_widths_of_the_texts_that_the_model_learned_from_come_before_all_others() -> None:
    grid = BucketGrid(max_tokens=512, max_batch_tokens=1024)
    quantiles = [10, 100, 120, 130, 180, 512]  # one text of 10 tokens and one of 512: neither is usual
    buckets = grid.by_gain(quantiles)
    usual = [bucket for bucket in buckets if bucket.tokens in (128, 192)]
    assert buckets[: len(usual)] == usual
    assert usual[0] == Bucket(1, 128)
    assert [bucket.size for bucket in usual] == sorted(bucket.size for bucket in usual)


def test_lengths_change_the_order_alone() -> None:
    grid = BucketGrid(max_tokens=100, max_batch_tokens=400)
    assert set(grid.by_gain([1, 50, 100])) == set(grid.by_gain())


def test_texts_of_all_lengths_leave_the_smallest_first() -> None:
    grid = BucketGrid(max_tokens=100, max_batch_tokens=400)
    assert grid.by_gain(range(101)) == grid.by_gain()
