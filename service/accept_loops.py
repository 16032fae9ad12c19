"""Takes several calls from the gRPC library at a time: its own server asks for the next one only after each.

Under load that one loop is where calls wait, unseen by us, first come first served: past their deadlines. The library
has no option for it, so this stands on what its server is made of (`grpc._cython`, looked at in grpcio 1.85). Where a
release names these parts otherwise there are no further loops, and all works as before, but slower.
"""

import asyncio
import inspect
import logging
from typing import Any, TypeAlias

import grpc

logger = logging.getLogger(__name__)

LOOPS = 32
"""More take no more calls a second; see docs/adr/0017-accept-loops.md."""

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"


class AcceptLoops:
    """Further loops that accept calls of one method, beside the one that the server has for all of them.

    They end when the server stops, which finishes the calls they have accepted as it does with its own.

    Args:
        server: has the method among its registered ones.
        method: full name, such as `/textgate.v1.TextClassifier/Classify`.
        handler: answers it; interceptors are not asked.
        loops: how many.
    """

    def __init__(self, server: grpc.aio.Server, method: str, handler: Handler, loops: int = LOOPS) -> None:
        self._server = server
        self._method = method
        self._handler = handler
        self._loops = loops
        # The event loop holds tasks by weak references.
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> bool:
        """Accept calls from now on; the server must have been started. Return whether this library allows it."""
        try:
            from grpc._cython import cygrpc  # type: ignore[attr-defined, unused-ignore]

            parts = _Parts(cygrpc, self._server)
        except (ImportError, AttributeError) as error:
            logger.warning("calls are accepted one at a time, for this release of grpcio is not known: %s", error)
            return False
        for _ in range(self._loops):
            self._spawn(self._accept(parts))
        return True

    def resolve_handler(self, _details: object) -> Handler:
        """Return the handler; the library asks for it by this name."""
        return self._handler

    async def _accept(self, parts: "_Parts") -> None:
        loop = asyncio.get_running_loop()
        method = self._method.encode()
        while parts.server.is_running():
            try:
                state = await parts.server._request_registered_call(method)
            except parts.request_failed:  # the server stops, or a connection broke at the wrong moment
                continue
            answering = parts.handle(self._method, self, (), state, loop, False)
            self._spawn(parts.schedule(answering, state, loop, self._method))

    def _spawn(self, coroutine: Any) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Parts:
    """What the library's own accept loop calls.

    Raises:
        AttributeError: one of them has another name, or takes something else.
    """

    HANDLE = ("method_name", "method_resolver", "interceptors", "rpc_state", "loop", "concurrency_exceeded")
    SCHEDULE = ("rpc_coro", "rpc_state", "loop", "method_name")

    def __init__(self, library: Any, server: Any) -> None:
        self.server = server._server
        self.handle = library._handle_rpc
        self.schedule = library._schedule_rpc_coro
        self.request_failed: type[Exception] = library._RequestCallError
        _ = self.server._request_registered_call, self.server.is_running
        for function, parameters in ((self.handle, self.HANDLE), (self.schedule, self.SCHEDULE)):
            if tuple(inspect.signature(function).parameters) != parameters:
                raise AttributeError(f"{function.__name__} takes something else")
