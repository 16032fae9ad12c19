"""The branch against scikit-learn: features, machines and logits of the same tokens, made from strings."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

from training.config import NgramConfig, TokenizerConfig
from training.ngrams import NgramBranch, fit_ngram_branch
from training.ngrams.fitting import longest_ngrams
from training.tokenizer import Tokenizer

TOKENIZER = Tokenizer(TokenizerConfig())
TRAIN = [
    "the match, the goal and the team",
    "a team of the season!",
    "the bank and the market",
    "market shares: profit of a bank",
    "比赛 的 进球",
    "市场 的 银行 the",
]
TARGETS = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [1, 0], [0, 1]], np.float32)
TEXTS = [*TRAIN, "", "nothing known: ŽŽ", "goal goal goal bank 市场市场", "a matchless marketing"]


def features(config: NgramConfig) -> FeatureUnion:
    """Token and character n-grams of the texts as our tokenizer cuts them."""

    def tokens(text: str) -> list[str]:
        (found,) = TOKENIZER.tokenize_texts([text])
        return found

    def grams(units: Sequence[str], shortest: int, longest: int) -> list[str]:
        counts = range(shortest, longest + 1)
        return ["\0".join(units[n : n + count]) for count in counts for n in range(len(units) - count + 1)]

    analyzers = {
        "tokens": lambda text: grams(tokens(text), 1, config.longest_token_ngram),
        "characters": lambda text: grams(f" {' '.join(tokens(text))} ", 2, config.longest_character_ngram),
    }
    return FeatureUnion(
        [(name, TfidfVectorizer(analyzer=analyzer, sublinear_tf=True, min_df=config.min_count))
         for name, analyzer in analyzers.items()]
    )  # fmt: skip


def logits(branch: NgramBranch, texts: Sequence[str]) -> npt.NDArray[np.float32]:
    result: npt.NDArray[np.float32] = branch(TOKENIZER.tokenize(tf.constant(list(texts)))).numpy()
    return result


def fit(config: NgramConfig, targets: npt.NDArray[Any] = TARGETS) -> NgramBranch:
    return fit_ngram_branch(TOKENIZER, TRAIN, targets, config, spaced=True)


@pytest.fixture(scope="module")
def branch() -> NgramBranch:
    return fit(NgramConfig())


@pytest.mark.parametrize("min_count", [1, 2])
def test_logits_are_those_of_scikit_learn_on_strings(min_count: int) -> None:
    config = NgramConfig(longest_token_ngram=2, longest_character_ngram=4, min_count=min_count, count_ratios=False)
    union = features(config)
    machine = LinearSVC(C=config.regularization).fit(union.fit_transform(TRAIN), TARGETS[:, 1])
    expected = machine.decision_function(union.transform(TEXTS))
    np.testing.assert_allclose(logits(fit(config), TEXTS)[:, 1], expected, atol=2e-3)


def test_with_count_ratios_they_are_those_of_a_machine_on_scaled_features() -> None:
    config = NgramConfig(longest_token_ngram=2, longest_character_ngram=4)
    union = features(config)
    of_train, has_label = union.fit_transform(TRAIN).toarray(), TARGETS[:, 1] > 0
    p, q = (1 + (of_train[rows] > 0).sum(axis=0) for rows in (has_label, ~has_label))
    ratios = np.log((p / p.sum()) / (q / q.sum()))
    machine = LinearSVC(C=config.regularization).fit(of_train * ratios, has_label)
    expected = machine.decision_function(union.transform(TEXTS).toarray() * ratios)
    np.testing.assert_allclose(logits(fit(config), TEXTS)[:, 1], expected, atol=2e-3)


def test_a_text_has_the_same_logits_alone_and_in_a_batch(branch: NgramBranch) -> None:
    alone = np.concatenate([logits(branch, [text]) for text in TEXTS])
    np.testing.assert_allclose(logits(branch, TEXTS), alone, atol=1e-6)


def test_what_is_unknown_counts_for_nothing(branch: NgramBranch) -> None:
    empty, unknown = logits(branch, ["", "ŽŽ"])
    np.testing.assert_array_equal(empty, unknown)
    assert np.isfinite(empty).all()


def test_a_branch_that_knows_no_ngram_gives_its_bias() -> None:
    branch = fit(NgramConfig(min_count=100))
    rows = logits(branch, TEXTS)
    assert np.isfinite(rows).all()
    assert (rows == rows[0]).all()


def test_a_label_that_every_text_or_none_has_is_told_from_no_text() -> None:
    targets = np.stack([np.ones(len(TRAIN)), np.zeros(len(TRAIN))], axis=1)
    np.testing.assert_array_equal(logits(fit(NgramConfig(), targets), TEXTS), [[1, -1]] * len(TEXTS))


def test_the_most_frequent_ngrams_are_kept() -> None:
    branch = fit(NgramConfig(longest_token_ngram=1, longest_character_ngram=1, min_count=1, max_ngrams=2))
    both = logits(branch, ["the", "of", "goal", ""])  # "the" stands in four texts, "的" and others in two or less
    assert (both[0] != both[3]).all()
    np.testing.assert_array_equal(both[2], both[3])


def test_a_scaled_branch_gives_scaled_logits() -> None:
    branch = fit(NgramConfig(longest_token_ngram=1, longest_character_ngram=1))
    before = logits(branch, TEXTS)
    branch.scale(2.5)
    np.testing.assert_allclose(logits(branch, TEXTS), 2.5 * before, rtol=1e-5)


@pytest.mark.parametrize(
    ("mode", "spaced", "lengths"),
    [("unicode", True, (2, 5)), ("unicode", False, (3, 1)), ("char", True, (5, 1)), ("char", False, (3, 1))],
)
def test_lengths_that_are_left_open_follow_from_what_a_token_is(
    mode: str, spaced: bool, lengths: tuple[int, int]
) -> None:
    config = NgramConfig()
    assert longest_ngrams(config, mode, spaced) == lengths
    given = replace(config, longest_token_ngram=4, longest_character_ngram=7)
    assert longest_ngrams(given, mode, spaced) == (4, 7)
