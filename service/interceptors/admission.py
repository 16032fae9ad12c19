"""Who is let in: everything is counted and limited but what must answer however full or young the server is."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from service.interceptors.call import Call
from service.lifecycle import Lifecycle

Admission = Callable[[Call], AbstractAsyncContextManager[None]]
"""What is around the work on a call; entering it raises a ServiceError to refuse the call."""

EXEMPT_PREFIXES = ("/grpc.health.v1.", "/grpc.reflection.")


def accepted_calls(lifecycle: Lifecycle) -> Admission:
    """Return the admission that asks the lifecycle; health and reflection pass by it."""

    def admit(call: Call) -> AbstractAsyncContextManager[None]:
        return nullcontext() if call.method.startswith(EXEMPT_PREFIXES) else lifecycle.accept(call.client)

    return admit
