"""Works on several requests of a stream at once, and yields the answers in the order of the requests."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")


async def in_order(
    requests: AsyncIterator[_Request], answer: Callable[[_Request], Awaitable[_Response]], window: int
) -> AsyncGenerator[_Response, None]:
    """Yield `answer(request)` for each request, in order.

    At most `window` requests are being answered or wait for being yielded; further ones are not read, so that the
    transport's flow control holds the sender. What ends the requests, or fails one of them, is raised after the answers
    of all requests before it. Whatever is still at work when the generator is closed is cancelled.
    """
    slots = asyncio.Semaphore(window)
    answers: asyncio.Queue[asyncio.Future[_Response] | None] = asyncio.Queue()
    reader = asyncio.create_task(_read(requests, answer, slots, answers))
    current: asyncio.Future[_Response] | None = None
    try:
        while (current := await answers.get()) is not None:
            yield await current
            slots.release()
        await reader
    finally:
        await _cancel_all(reader, *_remaining(answers, current))


async def _read(
    requests: AsyncIterator[_Request],
    answer: Callable[[_Request], Awaitable[_Response]],
    slots: asyncio.Semaphore,
    answers: asyncio.Queue[asyncio.Future[_Response] | None],
) -> None:
    try:
        await slots.acquire()
        async for request in requests:
            answers.put_nowait(asyncio.ensure_future(answer(request)))
            await slots.acquire()
    finally:
        answers.put_nowait(None)


def _remaining(
    answers: asyncio.Queue[asyncio.Future[_Response] | None], current: asyncio.Future[_Response] | None
) -> list[asyncio.Future[_Response]]:
    waiting = [current] if current is not None else []
    while not answers.empty():
        following = answers.get_nowait()
        if following is not None:
            waiting.append(following)
    return waiting


async def _cancel_all(*work: asyncio.Future[Any]) -> None:
    for future in work:
        future.cancel()
    await asyncio.gather(*work, return_exceptions=True)
