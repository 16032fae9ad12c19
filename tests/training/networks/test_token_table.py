"""Rows of tokens and of the n-grams that end at them."""

import numpy as np
import pytest
import tensorflow as tf

from training.networks.token_table import TokenTable

TOKEN_IDS = tf.constant([[2, 5, 2, 5, 0], [5, 2, 5, 0, 0], [0, 0, 0, 0, 0]], tf.int32)


def rows_of(longest_ngram: int, ngram_rows: int = 1000) -> "list[list[list[int]]]":
    table = TokenTable(9, 4, longest_ngram=longest_ngram, ngram_rows=ngram_rows)
    return [ids.numpy().tolist() for ids in table.row_ids(TOKEN_IDS)]


def test_without_ngrams_the_rows_are_those_of_the_tokens() -> None:
    assert rows_of(1) == [TOKEN_IDS.numpy().tolist()]
    assert TokenTable(9, 4, ngram_rows=1000).table.shape == (9, 4)


def test_ngrams_have_one_row_exactly_when_their_tokens_are_the_same() -> None:
    texts = TOKEN_IDS.numpy()
    for length, rows in enumerate(rows_of(3), start=1):
        places = [(text, end) for text in range(3) for end in range(5) if texts[text, end]]
        tokens = [(0, 0, *texts[text, : end + 1].tolist())[-length:] for text, end in places]
        pairs = {(ngram, rows[text][end]) for ngram, (text, end) in zip(tokens, places, strict=True)}
        assert len(pairs) == len(set(tokens)) == len({row for _, row in pairs})


@pytest.mark.parametrize("longest", [2, 3])
def test_rows_of_ngrams_lie_behind_those_of_tokens_and_padding_has_its_own(longest: int) -> None:
    tokens, *ngrams = (np.array(rows) for rows in rows_of(longest))
    for rows in ngrams:
        assert (rows[tokens == 0] == 0).all()
        assert ((rows[tokens != 0] >= 9) & (rows[tokens != 0] < 1009)).all()


def test_bigrams_fill_their_rows_evenly() -> None:
    first, second = np.divmod(np.arange(10_000, dtype=np.int32), 100)
    table = TokenTable(102, 1, longest_ngram=2, ngram_rows=4096)
    rows = table.row_ids(tf.constant(np.stack([first, second], axis=1) + 2))[1].numpy()[:, 1]
    expected = 4096 * (1 - (1 - 1 / 4096) ** 10_000)  # of balls thrown into bins at random
    assert abs(len(np.unique(rows)) - expected) < 100


def test_a_row_is_the_sum_of_its_rows_and_new_ngrams_add_nothing() -> None:
    table = TokenTable(9, 4, longest_ngram=2, ngram_rows=50)
    values, inside = table.table.numpy(), TOKEN_IDS.numpy() != 0
    np.testing.assert_allclose(table(TOKEN_IDS).numpy()[inside], values[TOKEN_IDS][inside])
    values[9:] = np.random.default_rng(0).normal(size=(50, 4))
    table.table.assign(values)
    expected = sum(values[ids] for ids in table.row_ids(TOKEN_IDS))
    np.testing.assert_allclose(table(TOKEN_IDS), expected, rtol=1e-6)
