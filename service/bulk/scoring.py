"""Keeps the engine busy with the rows of a file, and hands on the answers in the order of the rows."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from service.bulk.output import Writer
from service.bulk.rows import BadRow, InputError, Row
from service.core import ServerCore
from service.servicers.ordered import in_order
from service.types import Classification, ClassifyQuery, TextResult

TEXTS_A_CALL = 256
CALLS_AT_ONCE = 8
"""Enough that texts of like length find each other, and tokenising, scoring and writing overlap."""

MOST_BAD_ROWS_SHOWN = 10


@dataclass(slots=True)
class BulkOutcome:
    """What came of a file.

    Attributes:
        texts: scored in this run.
        bad_rows: how many were left out.
        shown: the first of them.
    """

    texts: int = 0
    bad_rows: int = 0
    shown: list[BadRow] = field(default_factory=list)


async def score_rows(
    core: ServerCore,
    rows: Iterator[Row | BadRow],
    query: ClassifyQuery,
    write: Writer,
    outcome: BulkOutcome,
    skip_bad_rows: bool,
    observe: Callable[[int], None],
) -> None:
    """Score every row, in bounded memory.

    Args:
        core: the engine.
        rows: what to score; read in another thread.
        query: what to ask of each text; its own texts do not matter.
        write: takes the answers, some at a time, in order.
        outcome: is kept up to date.
        skip_bad_rows: whether a bad row is left out, or ends it all.
        observe: is told how many texts are scored so far.

    Raises:
        InputError: the file cannot be read, or a row is bad and may not be left out.
        ServiceError: the engine cannot answer.
    """

    async def answer(batch: list[Row]) -> tuple[list[Row], tuple[TextResult, ...]]:
        texts = tuple(row.text for row in batch)
        answered: Classification = await core.classify(
            ClassifyQuery(query.spec, texts, query.top_k, query.min_score, query.on_too_long)
        )
        return batch, answered.results

    good = _good_rows(rows, outcome, skip_bad_rows)
    answers = in_order(_batches(good), answer, CALLS_AT_ONCE)
    try:
        async for batch, results in answers:
            write(list(zip(batch, results, strict=True)))
            outcome.texts += len(batch)
            observe(outcome.texts)
    finally:
        await answers.aclose()


async def _batches(rows: Iterator[Row]) -> AsyncIterator[list[Row]]:
    while batch := await asyncio.to_thread(lambda: list(islice(rows, TEXTS_A_CALL))):
        yield batch


def _good_rows(rows: Iterator[Row | BadRow], outcome: BulkOutcome, skip_bad_rows: bool) -> Iterator[Row]:
    for row in rows:
        if isinstance(row, Row):
            yield row
            continue
        if not skip_bad_rows:
            raise InputError(f"{row} (--on-bad-row skip leaves bad rows out)")
        outcome.bad_rows += 1
        if len(outcome.shown) < MOST_BAD_ROWS_SHOWN:
            outcome.shown.append(row)
