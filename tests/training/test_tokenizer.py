"""The tokenizer against a reference in plain Python that shares no code and no library with it."""

import unicodedata

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from training.config import TokenizerConfig
from training.tokenizer import Tokenizer

HAN_NAMES = ("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "CJK RADICAL", "KANGXI RADICAL", "HANGZHOU NUMERAL")
HAN_MARKS = "々〇〻\U00016fe2\U00016fe3\U00016ff0\U00016ff1"
VARIATION_SELECTORS = {0x180B, 0x180C, 0x180D, 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}

UNICODE = Tokenizer(TokenizerConfig())
PLAIN = Tokenizer(TokenizerConfig(lower_case=False, fold_compatibility=False))
CHAR = Tokenizer(TokenizerConfig(mode="char"))
WHITESPACE = Tokenizer(TokenizerConfig(mode="whitespace"))

# Only what this Python's Unicode tables know can be compared; half-width voice marks have tests of their own.
assigned = st.characters(exclude_categories=["Cs", "Cn", "Co"], exclude_characters="ﾞﾟ")
likely = st.sampled_from(
    "aZéßİΣς9٣ 　\u00a0\t\n\x00\u0085\u200b\u200d\ufeff.,'-_。，！Ａ１ｶ①㈱ﬁ½你好々가がｱ👍❤\ufe0f\u0301\u064bשם"
)
texts = st.text(st.one_of(likely, assigned), max_size=30)


def is_han(character: str) -> bool:
    return character in HAN_MARKS or unicodedata.name(character, "").startswith(HAN_NAMES)


def cleaned(text: str) -> str:
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category[0] == "Z" or category == "Cc" or character == "\u200b":
            kept.append(" ")
        elif category != "Cf" and ord(character) not in VARIATION_SELECTORS:
            kept.append(character)
    return "".join(kept)


def reference_tokens(text: str, fold: bool = True, lower: bool = True) -> list[str]:
    text = cleaned(text)
    if fold:
        text = "".join(unicodedata.normalize("NFKC", character) for character in text)
    if lower:
        text = text.lower()
    tokens, word = [], ""
    for character in f"{text} ":
        if unicodedata.category(character)[0] in "LNM" and not is_han(character):
            word += character
            continue
        tokens += [part for part in (word, character.strip()) if part]
        word = ""
    return tokens


@settings(max_examples=150, deadline=None)
@given(st.lists(texts, min_size=1, max_size=8))
def test_tokens_are_those_of_the_plain_python_reference(batch: list[str]) -> None:
    assert UNICODE.tokenize_texts(batch) == [reference_tokens(text) for text in batch]


@settings(max_examples=60, deadline=None)
@given(texts)
def test_without_folding_and_lower_case_tokens_are_those_of_the_reference(text: str) -> None:
    assert PLAIN.tokenize_texts([text]) == [reference_tokens(text, fold=False, lower=False)]


@settings(max_examples=60, deadline=None)
@given(texts)
def test_other_modes_split_the_same_characters(text: str) -> None:
    joined = "".join(reference_tokens(text))
    assert "".join(CHAR.tokenize_texts([text])[0]) == joined
    assert all(len(token) == 1 for token in CHAR.tokenize_texts([text])[0])
    assert "".join(WHITESPACE.tokenize_texts([text])[0]) == joined


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=5))
def test_any_bytes_give_tokens_that_are_valid_and_hold_no_space(batch: list[bytes]) -> None:
    for tokens in UNICODE.tokenize(tf.constant(batch)).to_list():
        assert all(token and len(token.decode("utf-8").split()) == 1 for token in tokens)


@settings(max_examples=60, deadline=None)
@given(st.lists(texts, min_size=2, max_size=6))
def test_a_text_has_the_same_tokens_alone_and_in_a_batch(batch: list[str]) -> None:
    assert UNICODE.tokenize_texts(batch) == [UNICODE.tokenize_texts([text])[0] for text in batch]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        (" \t\n", []),
        ("Don't stop!", ["don", "'", "t", "stop", "!"]),
        ("ＡＢＣ１２，你好", ["abc12", ",", "你", "好"]),
        ("机器learning很fun", ["机", "器", "learning", "很", "fun"]),
        ("I ❤️ 👨‍👩‍👧", ["i", "❤", "👨", "👩", "👧"]),
        ("a\x00b\x07c", ["a", "b", "c"]),
        ("Cafe\u0301 résumé", ["cafe\u0301", "résumé"]),
        ("مرحبا، بالعالم", ["مرحبا", "،", "بالعالم"]),
        ("ｶﾞｷﾞ ﾊﾟﾝ", ["ガギ", "パン"]),
        ("soft\u00adhyphen \ufeffbom", ["softhyphen", "bom"]),
        ("zero\u200bwidth", ["zero", "width"]),
        ("ΟΔΟΣ STRASSE", ["οδος", "strasse"]),
        ("x\ud800y", ["x", "y"]),
    ],
)
def test_example_texts_give_the_expected_tokens(text: str, tokens: list[str]) -> None:
    assert UNICODE.tokenize_texts([text]) == [tokens]


def test_invalid_utf8_separates() -> None:
    assert UNICODE.tokenize(tf.constant([b"ab\xffcd\xed\xa0\x80ef"])).to_list() == [[b"ab", b"cd", b"ef"]]


def test_no_texts_give_no_tokens() -> None:
    assert UNICODE.tokenize_texts([]) == []
    assert UNICODE.tokenize(tf.constant([], tf.string)).to_list() == []


def test_a_text_of_ten_megabytes_is_split() -> None:
    tokens = UNICODE.tokenize(tf.constant([b"word " * 2_000_000]))
    assert int(tokens.row_lengths()[0]) == 2_000_000
