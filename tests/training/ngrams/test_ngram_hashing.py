"""n-grams are told apart exactly, and never reach over the end of a text."""

import pytest
import tensorflow as tf

from training.ngrams.hashing import hash_character_ngrams, hash_token_ngrams

TOKENS = [["the", "match", "the"], [], ["市", "场"], ["match"]]


def ragged(rows: list[list[str]]) -> tf.RaggedTensor:
    return tf.ragged.constant(rows, ragged_rank=1, dtype=tf.string)


def runs(units: "list[str] | str", shortest: int, longest: int) -> list[tuple[str, ...]]:
    """All runs of one row, the short ones first, each as the units it is made of."""
    counts = range(shortest, longest + 1)
    return [tuple(units[place : place + count]) for count in counts for place in range(len(units) - count + 1)]


@pytest.mark.parametrize("longest", [1, 2, 5])
def test_two_token_ngrams_have_one_hash_exactly_when_their_tokens_are_the_same(longest: int) -> None:
    hashes = hash_token_ngrams(ragged(TOKENS), longest).to_list()
    assert_one_to_one([runs(row, 1, longest) for row in TOKENS], hashes)


@pytest.mark.parametrize("longest", [2, 5])
def test_two_character_ngrams_have_one_hash_exactly_when_their_characters_are_the_same(longest: int) -> None:
    hashes = hash_character_ngrams(ragged(TOKENS), longest).to_list()
    assert_one_to_one([runs(f" {' '.join(row)} ", 2, longest) for row in TOKENS], hashes)


def test_a_character_ngram_and_a_token_ngram_are_never_taken_for_each_other() -> None:
    tokens = ragged([["a", "b"], ["ab"]])
    token_hashes = set(hash_token_ngrams(tokens, 2).values.numpy().tolist())
    assert token_hashes.isdisjoint(hash_character_ngrams(tokens, 3).values.numpy().tolist())


def test_no_texts_have_no_ngrams() -> None:
    assert hash_token_ngrams(ragged([]), 2).to_list() == hash_character_ngrams(ragged([]), 2).to_list() == []


def test_fifty_thousand_ngrams_have_as_many_hashes() -> None:
    text = [f"{number:x}" for number in range(25_000)]
    assert len(set(hash_token_ngrams(ragged([text]), 2).values.numpy().tolist())) == 2 * len(text) - 1


def assert_one_to_one(expected: list[list[tuple[str, ...]]], hashes: list[list[int]]) -> None:
    assert list(map(len, hashes)) == list(map(len, expected))
    pairs = {pair for row, other in zip(expected, hashes, strict=True) for pair in zip(row, other, strict=True)}
    assert len({ngram for ngram, _ in pairs}) == len({number for _, number in pairs}) == len(pairs)
