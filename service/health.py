"""The standard health protocol: of the server, of each of its services, and of each model by its name."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable

from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthServicer as Base

from service.errors import NotFoundError
from service.interceptors.call import Context
from service.lifecycle import Phase
from service.types import ModelState, ModelStatus

CLASSIFIER = "textgate.v1.TextClassifier"
MODEL_SERVICE = "textgate.v1.ModelService"
# How load balancers and the health check of the container ask for the server as a whole.
WHOLE_SERVER = ""

Health = dict[str, bool]


def health_of(phase: Phase, statuses: Iterable[ModelStatus]) -> Health:
    """Return who is SERVING: by model name, by service, and as a whole, which takes one model in service."""
    serving = phase is Phase.SERVING
    models: Health = {}
    for status in statuses:
        models[status.name] = models.get(status.name, False) or (serving and status.state is ModelState.AVAILABLE)
    some = any(models.values())
    return {**models, WHOLE_SERVER: some, CLASSIFIER: some, MODEL_SERVICE: serving}


class HealthServicer(Base):
    """Answers Check at once, and Watch with every change until the server stops.

    Args:
        current: who is SERVING, now.
    """

    def __init__(self, current: Callable[[], Health]) -> None:
        self._current = current
        self._changed = asyncio.Event()
        self._closed = False

    def refresh(self) -> None:
        """Tell the watchers to look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    def close(self) -> None:
        """End the watches, after the last change."""
        self._closed = True
        self.refresh()

    async def Check(self, request: HealthCheckRequest, context: Context) -> HealthCheckResponse:  # noqa: N802
        """Whether the service is SERVING; NOT_FOUND where the name is unknown."""
        serving = self._current().get(request.service)
        if serving is None:
            raise NotFoundError(f"no service or model has the name {request.service!r}")
        return HealthCheckResponse(status=_status(serving))

    async def Watch(  # noqa: N802
        self, request: HealthCheckRequest, context: Context
    ) -> AsyncIterator[HealthCheckResponse]:
        """Yield the status now and whenever it changes; SERVICE_UNKNOWN while the name is unknown."""
        last = None
        while True:
            changed = self._changed
            status = _status(self._current().get(request.service))
            if status != last:
                yield HealthCheckResponse(status=status)
                last = status
            if self._closed:
                return
            await changed.wait()


def _status(serving: bool | None) -> HealthCheckResponse.ServingStatus:
    if serving is None:
        return HealthCheckResponse.SERVICE_UNKNOWN
    return HealthCheckResponse.SERVING if serving else HealthCheckResponse.NOT_SERVING
