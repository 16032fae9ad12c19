"""Requests on their way in: one that does not parse is the caller's fault, and draining ends a stream of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
from google.protobuf.message import DecodeError

from service.errors import InvalidArgumentError, UnavailableError, Violation
from service.interceptors.call import Context

_Request = TypeVar("_Request")


@dataclass(frozen=True, slots=True)
class Unparsable:
    """Stands in for a request whose bytes are not the message they should be."""

    reason: str


def tolerant(deserialize: Callable[[bytes], Any] | None) -> Callable[[bytes], Any]:
    """Wrap a deserializer so that it hands its failure on: the library would answer INTERNAL by itself."""

    def parse(data: bytes) -> Any:
        try:
            return data if deserialize is None else deserialize(data)
        except (DecodeError, ValueError) as error:
            return Unparsable(str(error))

    return parse


def parsed(request: Any) -> Any:
    """Return the request.

    Raises:
        InvalidArgumentError: its bytes did not parse.
    """
    if isinstance(request, Unparsable):
        description = "not a valid protobuf message of this method: check the message type, and that strings are UTF-8"
        raise InvalidArgumentError(f"the request is {description}", (Violation("request", description),))
    return request


async def only(context: Context) -> Any:
    """Return the request of a call that has one.

    Raises:
        InvalidArgumentError: its bytes did not parse, or there are none.
    """
    request = await context.read()
    if request is grpc.aio.EOF:
        raise InvalidArgumentError("the call came without a request")
    return parsed(request)


async def parsed_until(draining: asyncio.Event, requests: AsyncIterator[_Request]) -> AsyncIterator[_Request]:
    """Yield the requests of a stream.

    Raises:
        InvalidArgumentError: the bytes of one did not parse.
        UnavailableError: the server drains; what was yielded before is to be finished.
    """
    drain = asyncio.ensure_future(draining.wait())
    try:
        while True:
            following = asyncio.ensure_future(anext(requests, None))
            try:
                await asyncio.wait((following, drain), return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not following.done():
                    following.cancel()
            if following.cancelled() or not following.done():
                raise UnavailableError("the server is shutting down: send what was not answered to another one")
            request = following.result()
            if request is None:
                return
            yield parsed(request)
    finally:
        drain.cancel()
