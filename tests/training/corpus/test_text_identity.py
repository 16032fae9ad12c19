"""Texts that a person would call the same have the same identity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.corpus import text_identity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Good  Day\n", " good day"),
        ("ＡＢＣ", "abc"),
        ("straße", "STRASSE"),
        ("e\u0301", "é"),
        ("㎏", "kg"),
        ("\u3000很 好", "很 好"),
    ],
)
def test_case_form_and_white_space_do_not_count(one, other):
    assert text_identity(one) == text_identity(other)


@pytest.mark.parametrize(("one", "other"), [("good", "goods"), ("很 好", "很好"), ("a!", "a"), ("resume", "résumé")])
def test_all_else_counts(one, other):
    assert text_identity(one) != text_identity(other)


@given(st.text(max_size=20))
def test_identity_of_an_identity_is_itself(text):
    assert text_identity(text_identity(text)) == text_identity(text)
