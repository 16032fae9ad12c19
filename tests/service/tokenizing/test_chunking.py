from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.tokenizing.chunking import Pieces, split_long_texts, split_text
from service.tokenizing.tokens import Tokens
from tests.service.fakes import tokens_of

MAX_TOKENS = 4


def tokenize_words(texts: Sequence[str]) -> Tokens:
    return tokens_of(*([len(word) for word in text.split()] for text in texts), max_tokens=MAX_TOKENS)


def tokenize_characters(texts: Sequence[str]) -> Tokens:
    """Each character is a token, a ㈱ three of them and a space none."""
    expanded = (text.replace("㈱", "(株)").replace(" ", "") for text in texts)
    return tokens_of(*([ord(character) for character in text] for text in expanded), max_tokens=MAX_TOKENS)


def split(texts: list[str]) -> Pieces:
    return split_long_texts(texts, tokenize_words(texts), MAX_TOKENS, tokenize_words)


def test_text_that_fits_stays_whole() -> None:
    pieces = split(["a b c d", "a b c d e"])
    assert pieces.owners.tolist().count(0) == 1
    assert pieces.owners.tolist().count(1) == 2


def test_pieces_hold_all_tokens_of_a_text_of_words() -> None:
    text = "one three fifteen a seventeen of it all went very well"
    pieces = split([text])
    found = np.sort(pieces.tokens.token_ids[pieces.tokens.token_ids > 0])
    assert found.tolist() == sorted(len(word) for word in text.split())
    assert (pieces.tokens.length <= MAX_TOKENS).all()


def test_word_longer_than_a_piece_is_cut() -> None:
    texts = ["字" * 10]
    pieces = split_long_texts(texts, tokenize_characters(texts), MAX_TOKENS, tokenize_characters)
    assert sorted(pieces.tokens.length.tolist()) == [3, 3, 4]


def test_white_space_makes_no_piece() -> None:
    pieces = split(["a b c d e" + " " * 1000])
    assert (pieces.tokens.length > 0).all()


def test_character_of_too_many_tokens_is_truncated_and_says_so() -> None:
    texts = ["㈱a", "ab"]

    def tokenize(texts: Sequence[str]) -> Tokens:
        return tokens_of(*([1] * len(text.replace("㈱", "(株)")) for text in texts), max_tokens=2)

    pieces = split_long_texts(texts, tokenize(texts), 2, tokenize)
    assert sorted(zip(pieces.owners.tolist(), pieces.truncated.tolist(), strict=True)) == [
        (0, False),
        (0, True),
        (1, False),
    ]


def test_merged_score_is_the_mean_weighted_by_tokens() -> None:
    tokens = Tokens(np.ones((3, 4), np.int32), np.array([3, 1, 0], np.int32))
    pieces = Pieces(tokens, np.array([1, 1, 0]), np.zeros(3, np.bool_))
    merged = pieces.merge(np.array([[0.0, 1.0], [1.0, 0.0], [0.25, 0.75]], np.float32), texts=2)
    assert merged.dtype == np.float32
    assert merged.tolist() == [[0.25, 0.75], [0.25, 0.75]]


def test_cut_tokens_carry_no_weight() -> None:
    tokens = Tokens(np.ones((2, 2), np.int32), np.array([100, 2], np.int32))
    pieces = Pieces(tokens, np.array([0, 0]), np.array([True, False]))
    assert pieces.merge(np.array([[0.0], [1.0]], np.float32), texts=1).tolist() == [[0.5]]


@pytest.mark.parametrize(
    ("text", "parts", "pieces"),
    [
        ("aaa bbb ccc ddd", 2, ["aaa bbb ", "ccc ddd"]),
        ("aaaa bbbbbbbbb", 2, ["aaaa ", "bbbbbbbbb"]),
        ("好的。这里很好", 2, ["好的。", "这里很好"]),
        ("abcdef", 3, ["ab", "cd", "ef"]),
        ("ab", 5, ["a", "b"]),
        ("a", 2, ["a"]),
    ],
)
def test_text_is_cut_where_it_hurts_least(text: str, parts: int, pieces: list[str]) -> None:
    assert split_text(text, parts) == pieces


@given(st.text(min_size=1), st.integers(2, 20))
def test_pieces_are_the_text_again_and_none_is_empty(text: str, parts: int) -> None:
    pieces = split_text(text, parts)
    assert "".join(pieces) == text
    assert all(pieces)
    assert len(pieces) == 1 if len(text) == 1 else 1 < len(pieces) <= parts


@given(st.lists(st.text("ab 。字㈱"), min_size=1, max_size=4))
def test_every_text_keeps_a_piece_and_no_piece_is_too_long(texts: list[str]) -> None:
    pieces = split_long_texts(texts, tokenize_characters(texts), MAX_TOKENS, tokenize_characters)
    assert set(pieces.owners.tolist()) == set(range(len(texts)))
    assert (pieces.tokens.length <= MAX_TOKENS).all()
    total = np.bincount(pieces.owners, pieces.tokens.length, minlength=len(texts))
    assert total.tolist() == tokenize_characters(texts).length.tolist()
