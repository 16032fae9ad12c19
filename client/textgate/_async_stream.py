"""The asyncio side of a stream: a task that sends while answers are read, and the status that the server ended with."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager
from typing import Any, TypeVar, cast

import grpc
import grpc.aio

from textgate._feed import AsyncFeed
from textgate._ledger import Ledger
from textgate._status import MetadataItems, error_from_status
from textgate.types import Classification
from textgate.v1.text_classifier_pb2 import ClassifyRequest, ClassifyResponse

StreamCall = grpc.aio.StreamStreamCall[ClassifyRequest, ClassifyResponse]
Status = tuple[grpc.StatusCode, str | None, MetadataItems]
FAILED_WRITE = (grpc.StatusCode.INTERNAL, "Internal error from Core")

_Value = TypeVar("_Value")


async def answers(
    open_call: Callable[[], StreamCall], feed: AsyncFeed, ledger: Ledger, request_id: str
) -> AsyncGenerator[Classification, None]:
    """Open a call, send what `feed` gives and yield what comes back; leaving early cancels the call.

    Raises:
        TextgateError: the status that the server ended the stream with.
        Exception: what the input failed with, after the answers of all before it.
    """
    call = open_call()
    server_status = ServerStatus(call)
    try:
        async with _sending(call, feed):
            async for response in call:
                answer = ledger.answer(response)
                feed.release()
                yield answer
    except grpc.aio.AioRpcError as error:
        code, message, trailers = server_status.of(error)
        if code is not grpc.StatusCode.OK:
            raise ledger.annotate(error_from_status(code, message, trailers, request_id)) from error
    finally:
        call.cancel()
    ledger.close()


class ServerStatus:
    """The status that the server ended a stream with.

    A write that fails because the stream has ended makes grpc.aio put a status of its own in the place of the server's,
    sooner or later than that one (grpc/grpc#36066; seen with 1.85 in a third of such streams). So the first status is
    kept, and given unless it is that of a failed write.
    """

    def __init__(self, call: StreamCall) -> None:
        self._first: Status | None = None
        call.add_done_callback(self._note)

    def of(self, error: grpc.aio.AioRpcError) -> Status:
        """The server's status, given the error that reading ended with."""
        if self._first is None or self._first[:2] == FAILED_WRITE:
            return error.code(), error.details(), error.trailing_metadata()
        return self._first

    def _note(self, call: StreamCall) -> None:
        self._first = self._first or (_now(call.code()), _now(call.details()), _now(call.trailing_metadata()))


def _now(coroutine: Coroutine[Any, Any, _Value]) -> _Value:
    """The result of a coroutine that has nothing to wait for, as those of a call that is done."""
    try:
        coroutine.send(None)
    except StopIteration as finished:
        return cast(_Value, finished.value)
    raise RuntimeError("the call is not done")


@asynccontextmanager
async def _sending(call: StreamCall, feed: AsyncFeed) -> AsyncIterator[None]:
    task = asyncio.create_task(_send(call, feed))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _send(call: StreamCall, feed: AsyncFeed) -> None:
    try:
        async with aclosing(feed.requests()) as requests:
            async for request in requests:
                await call.write(request)
        await call.done_writing()
    except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
        return  # The stream has ended; whoever reads it learns why.
