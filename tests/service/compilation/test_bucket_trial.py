import numpy as np
import pytest

from service.compilation.bucket_trial import Trial, try_executable
from service.compilation.buckets import Bucket
from service.servable import Score, Scores
from service.tokenizing.tokens import Tokens
from tests.service.fakes import Clock, fake_scores, tokens_of

EXAMPLES = tokens_of([5], [1, 2, 3, 4, 5, 6], [])


class Timed:
    """A scorer that takes some time on the clock, and notes what it was given."""

    def __init__(self, clock: Clock, *seconds: float, score: Score = fake_scores) -> None:
        self.batches: list[Tokens] = []
        self._clock = clock
        self._seconds = list(seconds)
        self._score = score

    def __call__(self, tokens: Tokens) -> Scores:
        self.batches.append(tokens)
        self._clock.now += self._seconds.pop(0) if len(self._seconds) > 1 else self._seconds[0]
        return self._score(tokens)


def attempt(executable: Timed, plain: Timed, bucket: Bucket, clock: Clock) -> Trial:
    return try_executable(executable, plain, bucket, EXAMPLES, clock)


def test_executable_that_gives_the_same_scores_sooner_is_good() -> None:
    clock = Clock()
    trial = attempt(Timed(clock, 1), Timed(clock, 3), Bucket(2, 8), clock)
    assert trial.agrees
    assert trial.is_faster
    assert trial.speedup == pytest.approx(3)


def test_executable_that_takes_as_long_is_not_faster() -> None:
    clock = Clock()
    assert not attempt(Timed(clock, 2), Timed(clock, 2), Bucket(2, 8), clock).is_faster


def test_one_slow_run_of_either_side_does_not_count() -> None:
    clock = Clock()
    # The first runs of each side compare scores; the timed ones follow.
    trial = attempt(Timed(clock, 1, 1, 1, 50, 1), Timed(clock, 3, 3, 50, 3), Bucket(2, 8), clock)
    assert trial.speedup == pytest.approx(3)


@pytest.mark.parametrize("texts", [1, 2, 3, 8])
def test_every_row_of_the_executable_and_every_example_is_compared(texts: int) -> None:
    clock = Clock()

    def wrong_in_the_last_row(tokens: Tokens) -> Scores:
        scores = fake_scores(tokens)
        scores[-1] += 0.5
        return scores

    executable = Timed(clock, 1, score=wrong_in_the_last_row)
    trial = attempt(executable, Timed(clock, 3), Bucket(texts, 8), clock)
    assert {tokens.token_ids.shape for tokens in executable.batches} == {(texts, 8)}
    assert not trial.agrees
    assert trial.difference == pytest.approx(0.5)


def test_scores_that_are_not_finite_do_not_agree() -> None:
    clock = Clock()
    broken = Timed(clock, 1, score=lambda tokens: np.full((len(tokens.length), 2), np.nan, np.float32))
    assert not attempt(broken, Timed(clock, 3), Bucket(2, 8), clock).agrees


def test_examples_wider_than_the_bucket_are_cut_for_both_sides() -> None:
    clock = Clock()
    executable, plain = Timed(clock, 1), Timed(clock, 1)
    assert attempt(executable, plain, Bucket(4, 3), clock).agrees
    assert plain.batches[0].token_ids.tolist() == [[5, 0, 0], [1, 2, 3], [0, 0, 0]]


def test_plain_graph_gets_the_examples_without_padding_and_both_are_timed_on_full_buckets() -> None:
    clock = Clock()
    executable, plain = Timed(clock, 1), Timed(clock, 1)
    attempt(executable, plain, Bucket(4, 16), clock)
    assert plain.batches[0].token_ids.shape == (3, 6)
    assert {tokens.token_ids.shape for tokens in plain.batches[1:]} == {(4, 16)}
