"""Who is let in: everything is counted and limited but what must answer however full or young the server is."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from service.interceptors.call import Call
from service.lifecycle import Lifecycle

Admission = Callable[[Call], AbstractAsyncContextManager[None]]

EXEMPT_PREFIXES = ("/grpc.health.v1.", "/grpc.reflection.")


def accepted_calls(lifecycle: Lifecycle) -> Admission:
    """Return the admission that asks the lifecycle; health and reflection pass by it."""

    @asynccontextmanager
    async def admit(call: Call) -> AsyncIterator[None]:
        if call.method.startswith(EXEMPT_PREFIXES):
            yield
            return
        async with lifecycle.accept(call.client):
            yield

    return admit
