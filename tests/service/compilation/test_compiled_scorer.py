import numpy as np
import pytest

from service.compilation.buckets import Bucket, BucketGrid
from service.compilation.compiled_scorer import CompiledScorer
from service.servable import CompileError, Score, Scores
from tests.service.fakes import Clock, FakeServable, TimedServable, expected_scores, tokens_of


class Bench:
    """A scorer over a servable, with the buckets that batches have missed."""

    def __init__(self, compiled_seconds: float = 1, error: float = 0) -> None:
        clock = Clock()
        self.servable = TimedServable(clock, compiled_seconds, error)
        self.missed: list[Bucket] = []
        self.scorer = CompiledScorer(self.servable, BucketGrid(100, 800), clock, self.missed.append)

    def build(self, texts: int, tokens: int) -> None:
        self.scorer.build(Bucket(texts, tokens))
        self.servable.plain.clear()
        self.servable.scored.clear()

    def score(self, *widths: int) -> Scores:
        """Score texts of these many tokens each; the scores must be right, however they come about."""
        ids = [[number] * width for number, width in enumerate(widths, start=1)]
        scores = self.scorer.score(tokens_of(*ids))
        np.testing.assert_array_equal(scores, np.array([expected_scores(row) for row in ids], np.float32))
        return scores


def test_batch_is_padded_to_its_bucket_and_the_padding_is_taken_off_its_scores() -> None:
    bench = Bench()
    bench.build(4, 16)
    assert bench.score(16, 10, 12).shape == (3, 2)
    assert bench.servable.scored[0].token_ids.shape == (4, 16)
    assert bench.servable.plain == []
    assert bench.missed == []


def test_batch_whose_bucket_was_never_built_goes_through_the_plain_graph_and_is_reported() -> None:
    bench = Bench()
    bench.build(4, 16)
    bench.score(17, 5)
    assert bench.servable.plain == [(2, 17)]
    assert bench.missed == [Bucket(2, 24)]


def test_batch_that_padding_would_slow_down_goes_through_the_plain_graph() -> None:
    bench = Bench(compiled_seconds=2)  # half as fast again
    bench.build(4, 16)
    bench.score(*[11] * 4)  # the bucket is 16/11 of it
    assert bench.servable.plain == []
    bench.score(*[10] * 4)
    assert bench.servable.plain == [(4, 10)]
    assert bench.missed == []


@pytest.mark.parametrize("fault", [{"error": 2e-5}, {"compiled_seconds": 3}, {"error": float("nan")}])
def test_executable_that_disagrees_or_is_no_faster_is_never_used(
    fault: dict[str, float], caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(**fault)
    bench.build(1, 8)
    assert bench.scorer.buckets == []
    bench.score(8)
    assert bench.servable.plain == [(1, 8)]
    assert bench.missed == []  # it was tried, and is not wanted again
    assert ("differ by" in caplog.text) == ("error" in fault)


def test_version_that_cannot_be_compiled_goes_on_as_it_is() -> None:
    class Uncompilable(FakeServable):
        def compile(self, texts: int, tokens: int) -> Score:
            raise CompileError("no such operation")

    scorer = CompiledScorer(Uncompilable(), BucketGrid(4, 100), Clock(), lambda bucket: None)
    with pytest.raises(CompileError):
        scorer.build(Bucket(1, 4))
    assert scorer.score(tokens_of([250])).tolist() == [[0.75, 0.25]]


def test_buckets_with_an_executable_are_listed_the_most_used_first() -> None:
    bench = Bench()
    bench.build(4, 16)
    bench.build(1, 8)
    bench.score(8)
    assert bench.scorer.buckets == [Bucket(1, 8), Bucket(4, 16)]
