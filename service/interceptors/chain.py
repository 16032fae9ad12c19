"""The one interceptor: gives each call its id, lets it in or not, turns its errors into a status, has it logged."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

import grpc

from service.errors import InternalError, ServiceError
from service.interceptors.admission import Admission
from service.interceptors.call import CURRENT_CALL, REQUEST_ID_KEY, Call, Context
from service.interceptors.requests import only, parsed_until, tolerant
from service.status import internal_error, to_failure

logger = logging.getLogger(__name__)

# Strings: the class has parameters in its type stub alone.
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
MaybeHandler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"
Behaviour = Callable[[Any, Context], Any]
Observer = Callable[[Call], None]


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Wraps the handler of every method of every service.

    Args:
        admit: what is around the handler.
        observers: called with each call that has ended, whatever its status.
        draining: ends the streams of requests when it is set.
    """

    def __init__(self, admit: Admission, observers: Sequence[Observer], draining: asyncio.Event) -> None:
        self._admit = admit
        self._observers = observers
        self._draining = draining
        self._wrapped: dict[str, Handler] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[MaybeHandler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> MaybeHandler:
        """Return the handler of the method, wrapped; None where no service has such a method."""
        method = handler_call_details.method
        if method not in self._wrapped:
            handler = await continuation(handler_call_details)
            if handler is None:
                return None
            self._wrapped[method] = self.wrap(method, handler)
        return self._wrapped[method]

    def wrap(self, method: str, handler: Handler) -> Handler:
        """Return a handler of a method that does all that this interceptor does."""
        behaviour = _behaviour(handler)
        answer = self._streaming(behaviour) if handler.response_streaming else behaviour
        # All are handlers of streams to the library: of a single request it would read the message before it asks us,
        # and under overload that is a good part of what a refusal costs. To the client nothing differs.
        make = (
            grpc.stream_stream_rpc_method_handler
            if handler.response_streaming
            else grpc.stream_unary_rpc_method_handler
        )
        return make(
            self._around(method, answer, handler.request_streaming),
            request_deserializer=tolerant(handler.request_deserializer),
            response_serializer=handler.response_serializer,
        )

    @staticmethod
    def _streaming(behaviour: Behaviour) -> Behaviour:
        """Make a generator of responses a coroutine that writes them: its end is then never left to the collector."""

        async def write_all(request: Any, context: Context) -> None:
            responses = behaviour(request, context)
            if not hasattr(responses, "__aiter__"):
                await responses
                return
            try:
                async for response in responses:
                    await context.write(response)
            finally:
                await responses.aclose()

        return write_all

    def _around(self, method: str, answer: Behaviour, request_streaming: bool) -> Behaviour:
        async def handle(requests: Any, context: Context) -> Any:
            call = Call.of(method, context)
            CURRENT_CALL.set(call)
            try:
                async with self._admit(call):
                    context.set_trailing_metadata(((REQUEST_ID_KEY, call.request_id),))
                    incoming = parsed_until(self._draining, requests) if request_streaming else await only(context)
                    return await answer(incoming, context)
            except grpc.aio.AbortError:
                call.code = context.code()
                raise
            except asyncio.CancelledError:
                if _is_cancelled():
                    call.code = grpc.StatusCode.CANCELLED
                    raise
                # Nobody cancelled this call: something that it awaited was cancelled, which without a status from us
                # would leave its caller waiting.
                _fail(call, RuntimeError("cancelled from within"))
            except Exception as error:
                _fail(call, error)
            finally:
                for observe in self._observers:
                    observe(call)

        return handle


def _behaviour(handler: Handler) -> Any:
    # Exactly one of them is given.
    return handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _fail(call: Call, error: Exception) -> None:
    """Set the status that the call ends with.

    Not by `abort`: the exception that it raises is kept by the call, which it holds in turn, and a server that refuses
    thousands of calls a second would leave as many rings to the garbage collector.

    Raises:
        CancelledError: nobody is there any more to be told.
    """
    error_id = None
    if isinstance(error, InternalError) or not isinstance(error, ServiceError):
        error_id = uuid.uuid4().hex
        logger.error("a call failed by a fault of ours, error id %s", error_id, exc_info=error)
        error = internal_error(error_id)
    failure = to_failure(error, call.request_id, error_id)
    call.code = failure.code
    if failure.code is grpc.StatusCode.DEADLINE_EXCEEDED and call.context.time_remaining() == 0:
        raise asyncio.CancelledError  # the library has ended the call by itself, on both sides
    call.context.set_code(failure.code)
    call.context.set_details(failure.message)
    call.context.set_trailing_metadata(((REQUEST_ID_KEY, call.request_id), *failure.trailers))
