import math
from typing import Any

import pytest

from service.errors import InvalidArgumentError
from service.limits import Limits
from service.types import ClassifyQuery, ModelSpec
from service.validation import check_query

LIMITS = Limits(max_texts=3, max_characters=4)


def query(**changes: Any) -> ClassifyQuery:
    return ClassifyQuery(**{"spec": ModelSpec(), "texts": ("text",), **changes})


@pytest.mark.parametrize(
    "changes",
    [{}, {"texts": ("",)}, {"texts": ("😀" * 4, "电影", "\x00")}, {"top_k": 2**31 - 1}, {"min_score": 1.0}],
)
def test_valid_query_passes(changes: dict[str, Any]) -> None:
    check_query(query(**changes), LIMITS)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"texts": ()}, ["texts"]),
        ({"texts": ("a",) * 4}, ["texts"]),
        ({"texts": ("a", "12345", "b")}, ["texts[1]"]),
        ({"texts": ("12345", "b", "😀" * 5)}, ["texts[0]", "texts[2]"]),
        ({"top_k": -1}, ["top_k"]),
        ({"min_score": -0.01}, ["min_score"]),
        ({"min_score": 1.01}, ["min_score"]),
        ({"min_score": math.nan}, ["min_score"]),
        ({"min_score": math.inf}, ["min_score"]),
        ({"explain": True}, ["explain"]),
        ({"top_k": -1, "min_score": 2.0, "explain": True, "texts": ()}, ["top_k", "min_score", "explain", "texts"]),
    ],
)
def test_every_wrong_field_is_named(changes: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(InvalidArgumentError) as failure:
        check_query(query(**changes), LIMITS)
    assert [violation.field for violation in failure.value.violations] == fields
    assert failure.value.message.startswith(fields[0])


def test_list_of_violations_is_bounded() -> None:
    with pytest.raises(InvalidArgumentError) as failure:
        check_query(query(texts=("12345",) * 100), Limits(max_characters=4))
    assert len(failure.value.violations) == 16
