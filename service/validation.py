"""What a request must be like before any work is done for it."""

from collections.abc import Iterator, Sequence
from itertools import islice

from service.errors import InvalidArgumentError, Violation
from service.limits import Limits
from service.types import ClassifyQuery

MOST_VIOLATIONS = 16
"""Violations that one error lists: a gRPC status travels in headers, of which clients accept 8 KiB."""


def check_query(query: ClassifyQuery, limits: Limits) -> None:
    """Check all that does not depend on the model.

    Raises:
        InvalidArgumentError: names every field that is wrong, up to 16 of them.
    """
    violations = list(islice(_violations(query, limits), MOST_VIOLATIONS))
    if violations:
        raise invalid(violations)


def invalid(violations: Sequence[Violation]) -> InvalidArgumentError:
    """Make the error that reports `violations`, at least one: its message tells the first."""
    first = violations[0]
    return InvalidArgumentError(f"{first.field}: {first.description}", tuple(violations[:MOST_VIOLATIONS]))


def _violations(query: ClassifyQuery, limits: Limits) -> Iterator[Violation]:
    if query.top_k < 0:
        yield Violation("top_k", f"must be 0 (all labels) or more; got {query.top_k}")
    if not 0 <= query.min_score <= 1:  # NaN is not, either
        yield Violation("min_score", f"must be between 0 and 1; got {query.min_score}")
    if query.explain:
        yield Violation("explain", "this server does not explain results; leave it out")
    if not query.texts:
        yield Violation("texts", "must hold at least one text")
    elif len(query.texts) > limits.max_texts:
        yield Violation("texts", f"holds {len(query.texts)} texts; at most {limits.max_texts} are allowed in a call")
    else:
        yield from _long_texts(query.texts, limits.max_characters)


def _long_texts(texts: Sequence[str], limit: int) -> Iterator[Violation]:
    for index, text in enumerate(texts):
        if len(text) > limit:
            yield Violation(f"texts[{index}]", f"has {len(text)} characters; at most {limit} are allowed")
