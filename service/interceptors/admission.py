"""Who is let in: everything is counted and limited but what must answer however full or young the server is."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from types import MappingProxyType

from service.interceptors.call import Call
from service.lifecycle import Lifecycle

Admission = Callable[[Call], AbstractAsyncContextManager[None]]
"""What is around the work on a call; entering it raises a ServiceError to refuse the call."""

ArrivalCheck = Callable[[float | None], None]
"""Told in how many seconds the deadline is, if there is one; raises a ServiceError to refuse the call."""

EXEMPT_PREFIXES = ("/grpc.health.v1.", "/grpc.reflection.")


def accepted_calls(
    lifecycle: Lifecycle, arrival_checks: Mapping[str, ArrivalCheck] = MappingProxyType({})
) -> Admission:
    """Return the admission that asks the lifecycle; health and reflection pass by it.

    Args:
        lifecycle: counts and limits calls.
        arrival_checks: by method, what its calls are asked before anything of them is read.
    """

    def admit(call: Call) -> AbstractAsyncContextManager[None]:
        if call.method.startswith(EXEMPT_PREFIXES):
            return nullcontext()
        check = arrival_checks.get(call.method)
        if check is not None:
            check(call.context.time_remaining())
        return lifecycle.accept(call.client)

    return admit
