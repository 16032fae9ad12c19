"""What sends the texts of a stream: batch by batch, and no more than may be unanswered at a time."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Iterator
from contextlib import aclosing
from itertools import islice

from textgate._ledger import Ledger
from textgate.v1.text_classifier_pb2 import ClassifyRequest


class Feed:
    """Requests of a stream for a thread to send; waits while `max_in_flight` of them are unanswered."""

    def __init__(self, texts: Iterable[str], ledger: Ledger, batch_size: int, max_in_flight: int) -> None:
        self._texts = iter(texts)
        self._ledger = ledger
        self._batch_size = batch_size
        self._room = threading.Semaphore(max_in_flight)
        self._closed = False

    def __iter__(self) -> Iterator[ClassifyRequest]:
        try:
            while self._wait_for_room() and (batch := tuple(islice(self._texts, self._batch_size))):
                yield self._ledger.send(batch)
        except Exception as failure:
            self._ledger.fail(failure)

    def release(self) -> None:
        """A batch was answered."""
        self._room.release()

    def close(self) -> None:
        """Read no more texts."""
        self._closed = True
        self._room.release()

    def _wait_for_room(self) -> bool:
        self._room.acquire()
        return not self._closed


class AsyncFeed:
    """Requests of a stream for a task to send; waits while `max_in_flight` of them are unanswered."""

    def __init__(
        self, texts: Iterable[str] | AsyncIterable[str], ledger: Ledger, batch_size: int, max_in_flight: int
    ) -> None:
        self._texts = texts
        self._ledger = ledger
        self._batch_size = batch_size
        self._room = asyncio.Semaphore(max_in_flight)

    async def requests(self) -> AsyncGenerator[ClassifyRequest, None]:
        """Yield them until the texts end or fail."""
        try:
            async with aclosing(_batched(self._texts, self._batch_size)) as batches:
                while await self._room.acquire() and (batch := await anext(batches, None)):
                    yield self._ledger.send(batch)
        except Exception as failure:
            self._ledger.fail(failure)

    def release(self) -> None:
        """A batch was answered."""
        self._room.release()


def check_stream(texts: object, batch_size: int, max_in_flight: int) -> None:
    """Check the arguments of a stream.

    Raises:
        TypeError: a single str where an iterable of them is meant.
        ValueError: a size below 1.
    """
    if isinstance(texts, str):
        raise TypeError("classify_stream takes an iterable of texts, not one str; use classify for a single text")
    for name, value in (("batch_size", batch_size), ("max_in_flight", max_in_flight)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, not {value}")


async def _batched(texts: Iterable[str] | AsyncIterable[str], size: int) -> AsyncGenerator[tuple[str, ...], None]:
    """Cut texts into batches of `size`, the last one shorter."""
    batch: list[str] = []
    async with aclosing(_asynchronous(texts)) as source:
        async for text in source:
            batch.append(text)
            if len(batch) == size:
                yield tuple(batch)
                batch = []
    if batch:
        yield tuple(batch)


async def _asynchronous(texts: Iterable[str] | AsyncIterable[str]) -> AsyncGenerator[str, None]:
    if isinstance(texts, AsyncIterable):
        async for text in texts:
            yield text
    else:
        for text in texts:
            yield text
