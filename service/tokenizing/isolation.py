"""Finds out whose texts made work on the texts of several callers fail."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar


class Answerable(Protocol):
    """A caller who waits."""

    @property
    def answer(self) -> asyncio.Future[Any]:
        """What the caller waits for."""
        ...


Entry = TypeVar("Entry", bound=Answerable)


async def isolate(
    batch: Sequence[Entry], error: Exception, again: Callable[[Sequence[Entry]], Awaitable[None]]
) -> None:
    """Work `again` for each caller of a batch that failed by itself; one who failed alone is told the error."""
    if len(batch) > 1:
        for entry in batch:
            await again([entry])
    elif not batch[0].answer.done():
        batch[0].answer.set_exception(error)
