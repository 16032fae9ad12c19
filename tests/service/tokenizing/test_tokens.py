"""Tokenised texts in and out of batches, with and without what the n-gram branch says of them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from service.tokenizing.tokens import Tokens
from tests.service.fakes import tokens_of

LOGITS = np.array([[0.5, 1.0], [2.0, 3.0]], np.float32)


def with_ngrams(tokens: Tokens) -> Tokens:
    """The same texts with the first rows of LOGITS."""
    return replace(tokens, ngram_logits=LOGITS[: len(tokens)])


def test_padding_adds_empty_texts_and_columns() -> None:
    padded = with_ngrams(tokens_of([1, 2], [3])).pad(3, 4)
    assert padded.token_ids.tolist() == [[1, 2, 0, 0], [3, 0, 0, 0], [0, 0, 0, 0]]
    assert padded.length.tolist() == [2, 1, 0]
    assert padded.ngram_logits is not None
    assert padded.ngram_logits.tolist() == [[0.5, 1], [2, 3], [0, 0]]
    assert padded.token_ids.dtype == padded.length.dtype == np.int32
    assert padded.ngram_logits.dtype == np.float32


def test_padding_of_a_cut_text_is_no_part_of_it() -> None:
    assert tokens_of([1, 2, 3], max_tokens=2).pad(1, 4).length.tolist() == [2]


@pytest.mark.parametrize("rows", [slice(1, 2), [1], np.array([False, True])])
def test_rows_keep_what_belongs_to_them(rows: object) -> None:
    (other,) = [with_ngrams(tokens_of([1, 2], [3])).rows(rows)]
    assert (other.token_ids.tolist(), other.length.tolist()) == ([[3, 0]], [1])
    assert other.ngram_logits is not None
    assert other.ngram_logits.tolist() == [[2, 3]]


def test_a_cut_leaves_the_length_and_the_ngrams_alone() -> None:
    cut = with_ngrams(tokens_of([1, 2, 3], [4])).cut(2)
    assert (cut.token_ids.tolist(), cut.length.tolist()) == ([[1, 2], [4, 0]], [3, 1])
    assert cut.ngram_logits is LOGITS or np.array_equal(cut.ngram_logits, LOGITS)  # type: ignore[arg-type]


def test_joined_groups_are_as_wide_as_the_widest() -> None:
    joined = Tokens.join([with_ngrams(tokens_of([1])), with_ngrams(tokens_of([2, 3], [4]))])
    assert joined.token_ids.tolist() == [[1, 0], [2, 3], [4, 0]]
    assert joined.length.tolist() == [1, 2, 1]
    assert joined.ngram_logits is not None
    assert joined.ngram_logits.tolist() == [[0.5, 1], [0.5, 1], [2, 3]]


@pytest.mark.parametrize(
    "change", [lambda tokens: tokens.pad(3, 4), lambda tokens: tokens.rows([0]), lambda tokens: tokens.cut(1)]
)
def test_a_model_without_ngrams_has_none_after_any_change(change: Callable[[Tokens], Tokens]) -> None:
    tokens = tokens_of([1, 2], [3])
    assert change(tokens).ngram_logits is None
    assert Tokens.join([tokens, tokens]).ngram_logits is None
