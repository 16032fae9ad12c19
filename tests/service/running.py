"""A real server on a free port with a real stub beside it, over models without TensorFlow."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1.health_pb2_grpc import HealthStub

from service.config import ServiceConfig
from service.run import Service
from service.servable import Servable
from tests.service.fakes import FakeServable
from textgate.v1.model_service_pb2_grpc import ModelServiceStub
from textgate.v1.model_spec_pb2 import ModelSpec
from textgate.v1.text_classifier_pb2 import ClassifyRequest
from textgate.v1.text_classifier_pb2_grpc import TextClassifierStub

Load = Callable[[Path], Servable]


@dataclass
class Running:
    """A server that listens, and what one needs to call it."""

    service: Service
    port: int
    channel: grpc.aio.Channel

    @property
    def classifier(self) -> Any:
        return TextClassifierStub(self.channel)

    @property
    def models(self) -> Any:
        return ModelServiceStub(self.channel)

    @property
    def health(self) -> Any:
        return HealthStub(self.channel)


def make_repository(root: Path, *models: str) -> Path:
    """Make a repository with version 1 of each model; the loader decides what that is."""
    for model in models:
        (root / model / "1").mkdir(parents=True)
    return root


def loader_of(servable: FakeServable) -> Load:
    return lambda directory: servable


@asynccontextmanager
async def listening(repository: Path, load: Load, **settings: Any) -> AsyncIterator[Running]:
    """Run a server that listens but has no model loaded yet."""
    defaults = {"drain_seconds": 10.0, "compile_seconds": 0.0}
    service = Service(ServiceConfig(repository=repository, port=0, **{**defaults, **settings}), load)
    port = await service.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", [("grpc.enable_retries", 0)]) as channel:
            yield Running(service, port, channel)
    finally:
        await service.drain()


@asynccontextmanager
async def serving(repository: Path, servable: FakeServable | None = None, **settings: Any) -> AsyncIterator[Running]:
    """Run a server with one model, named `fake`."""
    make_repository(repository, "fake")
    async with listening(repository, loader_of(servable or FakeServable()), **settings) as running:
        await running.service.load()
        yield running


def request(*texts: str, model: str = "fake", **fields: Any) -> ClassifyRequest:
    return ClassifyRequest(model=ModelSpec(name=model), texts=texts, **fields)


async def failure_of(call: Any) -> grpc.aio.AioRpcError:
    """Await a call that must fail."""
    try:
        answer = await call
    except grpc.aio.AioRpcError as error:
        return error
    raise AssertionError(f"the call succeeded: {answer}")


def trailers_of(error: grpc.aio.AioRpcError) -> dict[str, Any]:
    return dict(error.trailing_metadata() or ())


def detail_of(error: grpc.aio.AioRpcError, kind: type[Any]) -> Any:
    """Return the detail of that kind from the trailers, None where there is none."""
    status = status_pb2.Status.FromString(trailers_of(error)["grpc-status-details-bin"])
    assert (status.code, status.message) == (error.code().value[0], error.details())
    for packed in status.details:
        detail = kind()
        if packed.Unpack(detail):
            return detail
    return None


BadRequest = error_details_pb2.BadRequest
ErrorInfo = error_details_pb2.ErrorInfo
RequestInfo = error_details_pb2.RequestInfo
RetryInfo = error_details_pb2.RetryInfo
