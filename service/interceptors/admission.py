"""Who is let in: everything is counted and limited but what must answer however full or young the server is."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from service.interceptors.call import Call
from service.lifecycle import Lifecycle

Admission = Callable[[Call], AbstractContextManager[None]]

EXEMPT_PREFIXES = ("/grpc.health.v1.", "/grpc.reflection.")


def accepted_calls(lifecycle: Lifecycle) -> Admission:
    """Return the admission that asks the lifecycle; health and reflection pass by it."""

    @contextmanager
    def admit(call: Call) -> Iterator[None]:
        if call.method.startswith(EXEMPT_PREFIXES):
            yield
            return
        with lifecycle.accept():
            yield

    return admit
