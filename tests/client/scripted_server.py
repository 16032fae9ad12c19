"""A real gRPC server on a free port that answers as a test tells it to, and remembers what it was asked."""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc
from grpc_health.v1 import health_pb2

from textgate.v1 import model_service_pb2, model_service_pb2_grpc, text_classifier_pb2_grpc
from textgate.v1.text_classifier_pb2 import ClassifyRequest, ClassifyResponse, LabelScore, TextResult

END_OF_STREAM = object()
"""A reply that ends a stream well, with requests unanswered."""


@dataclass(frozen=True)
class Failure:
    """A reply that ends the call with a status."""

    code: grpc.StatusCode
    message: str = ""
    trailers: tuple[tuple[str, str | bytes], ...] = ()


@dataclass(frozen=True)
class Received:
    """A call as the server saw it."""

    method: str
    request: Any
    metadata: dict[str, str]
    seconds_left: float | None
    at: float = field(default_factory=time.monotonic)


def echo(request: ClassifyRequest) -> ClassifyResponse:
    """An answer that tells which text it belongs to: its label is the text, its score depends on the length."""
    response = ClassifyResponse()
    response.model.name = request.model.name or "topics"
    response.model.version = request.model.version or 3
    for text in request.texts:
        labels = [LabelScore(label=text, score=1 / (1 + len(text)), predicted=True), LabelScore(label="other", score=0)]
        response.results.append(TextResult(labels=labels, token_count=len(text.split())))
    response.timing.total_us = 1500
    return response


class ScriptedServer:
    """Replies come from `script` while there are any for the method, and from `echo` afterwards."""

    def __init__(self, credentials: grpc.ServerCredentials | None = None) -> None:
        self.calls: list[Received] = []
        self.held = threading.Event()  # set by the end of the test: replies that hold a call wait for it
        self.reached = threading.Event()
        self.cancelled = threading.Event()
        self._replies: dict[str, deque[Any]] = defaultdict(deque)
        self._server = grpc.server(ThreadPoolExecutor(8))
        text_classifier_pb2_grpc.add_TextClassifierServicer_to_server(_Classifier(self), self._server)
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(_Models(self), self._server)
        self._server.add_generic_rpc_handlers((_health(self),))
        if credentials is None:
            self.port = self._server.add_insecure_port("127.0.0.1:0")
        else:
            self.port = self._server.add_secure_port("127.0.0.1:0", credentials)
        self.target = f"127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self.held.set()
        self._server.stop(0).wait()

    def script(self, method: str, *replies: Any) -> None:
        """Queue replies: a message, a Failure, or a function of request and context that gives either."""
        self._replies[method].extend(replies)

    def hold(self, request: Any, context: grpc.ServicerContext) -> Any:
        """A reply that comes only when the test is over, or never when the caller gives up."""
        context.add_callback(self.cancelled.set)
        self.reached.set()
        self.held.wait(30)
        return echo(request)

    def reply(self, method: str, request: Any, context: grpc.ServicerContext, default: Callable[[Any], Any]) -> Any:
        metadata = {item.key: item.value for item in context.invocation_metadata()}
        self.calls.append(Received(method, request, metadata, context.time_remaining()))
        replies = self._replies[method]
        reply = replies.popleft() if replies else default(request)
        reply = reply(request, context) if callable(reply) else reply
        if isinstance(reply, Failure):
            context.set_trailing_metadata(reply.trailers)
            context.abort(reply.code, reply.message)
        return reply


class _Classifier(text_classifier_pb2_grpc.TextClassifierServicer):
    def __init__(self, server: ScriptedServer) -> None:
        self._server = server

    def Classify(self, request: ClassifyRequest, context: grpc.ServicerContext) -> ClassifyResponse:  # noqa: N802
        return self._server.reply("Classify", request, context, echo)

    def ClassifyStream(  # noqa: N802
        self, requests: Iterator[ClassifyRequest], context: grpc.ServicerContext
    ) -> Iterator[ClassifyResponse]:
        for request in requests:
            reply = self._server.reply("ClassifyStream", request, context, echo)
            if reply is END_OF_STREAM:
                return
            yield reply


class _Models(model_service_pb2_grpc.ModelServiceServicer):
    def __init__(self, server: ScriptedServer) -> None:
        self._server = server

    def ListModels(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return self._server.reply("ListModels", request, context, lambda _: model_service_pb2.ListModelsResponse())

    def GetModel(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return self._server.reply("GetModel", request, context, lambda _: model_service_pb2.GetModelResponse())

    def LoadModel(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return self._server.reply("LoadModel", request, context, lambda _: model_service_pb2.LoadModelResponse())

    def UnloadModel(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return self._server.reply("UnloadModel", request, context, lambda _: model_service_pb2.UnloadModelResponse())

    def SetLabel(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return self._server.reply("SetLabel", request, context, lambda _: model_service_pb2.SetLabelResponse())

    def SetTraffic(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return self._server.reply("SetTraffic", request, context, lambda _: model_service_pb2.SetTrafficResponse())


def _health(server: ScriptedServer) -> grpc.GenericRpcHandler:
    """The standard health service, by its standard messages."""

    def check(request: Any, context: grpc.ServicerContext) -> Any:
        serving = health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.SERVING)
        return server.reply("Check", request, context, lambda _: serving)

    return grpc.method_handlers_generic_handler(
        "grpc.health.v1.Health",
        {
            "Check": grpc.unary_unary_rpc_method_handler(
                check,
                request_deserializer=health_pb2.HealthCheckRequest.FromString,
                response_serializer=health_pb2.HealthCheckResponse.SerializeToString,
            )
        },
    )
