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
from service.interceptors.requests import parsed, parsed_until, tolerant
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
            self._wrapped[method] = self._wrap(method, handler)
        return self._wrapped[method]

    def _wrap(self, method: str, handler: Handler) -> Handler:
        # Exactly one of them is given.
        behaviour: Any = handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream
        makers: dict[tuple[bool, bool], Callable[..., Handler]] = {
            (False, False): grpc.unary_unary_rpc_method_handler,
            (False, True): grpc.unary_stream_rpc_method_handler,
            (True, False): grpc.stream_unary_rpc_method_handler,
            (True, True): grpc.stream_stream_rpc_method_handler,
        }
        answer = self._streaming(behaviour) if handler.response_streaming else behaviour
        return makers[handler.request_streaming, handler.response_streaming](
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
        async def handle(request: Any, context: Context) -> Any:
            call = Call.of(method, context)
            CURRENT_CALL.set(call)
            context.set_trailing_metadata(((REQUEST_ID_KEY, call.request_id),))
            try:
                async with self._admit(call):
                    return await answer(self._incoming(request, request_streaming), context)
            except grpc.aio.AbortError:
                call.code = context.code()
                raise
            except asyncio.CancelledError:
                await self._cancelled(call)
                raise
            except Exception as error:
                await self._fail(call, error)
            finally:
                for observe in self._observers:
                    observe(call)

        return handle

    def _incoming(self, request: Any, request_streaming: bool) -> Any:
        return parsed_until(self._draining, request) if request_streaming else parsed(request)

    async def _cancelled(self, call: Call) -> None:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            call.code = grpc.StatusCode.CANCELLED
            return
        # Nobody cancelled this call: something that it awaited was cancelled, which without a status from us would
        # leave its caller waiting.
        await self._fail(call, RuntimeError("cancelled from within"))

    async def _fail(self, call: Call, error: Exception) -> None:
        error_id = None
        if isinstance(error, InternalError) or not isinstance(error, ServiceError):
            error_id = uuid.uuid4().hex
            logger.error("a call failed by a fault of ours, error id %s", error_id, exc_info=error)
            error = internal_error(error_id)
        failure = to_failure(error, call.request_id, error_id)
        call.code = failure.code
        await call.context.abort(failure.code, failure.message, ((REQUEST_ID_KEY, call.request_id), *failure.trailers))
