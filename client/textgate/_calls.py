"""The calls of the service as values: what to send where, and how to read the answer; either client sends them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar, Unpack

from google.protobuf.descriptor import FileDescriptor
from google.protobuf.message import Message

from textgate import _messages, _traffic
from textgate._messages import ClassifyOptions
from textgate.types import Classification, Model, ModelStatus, ServingStatus, Traffic
from textgate.v1 import model_service_pb2, text_classifier_pb2
from textgate.v1.health_wire_pb2 import HealthRequest, HealthResponse
from textgate.v1.model_service_pb2 import (
    GetModelRequest,
    GetModelResponse,
    ListModelsRequest,
    ListModelsResponse,
    LoadModelRequest,
    LoadModelResponse,
    SetLabelRequest,
    SetLabelResponse,
    SetTrafficRequest,
    SetTrafficResponse,
    UnloadModelRequest,
    UnloadModelResponse,
)
from textgate.v1.text_classifier_pb2 import ClassifyRequest, ClassifyResponse

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Method(Generic[Request, Response]):
    """A method of the service: its path, and the codec of its messages."""

    path: str
    serialize: Callable[[Request], bytes]
    deserialize: Callable[[bytes], Response]


@dataclass(frozen=True, slots=True)
class Call(Generic[Request, Response, Result]):
    """One call with one answer, before it is made."""

    method: Method[Request, Response]
    request: Request
    parse: Callable[[Response], Result]


def _method(path: str, request: type[Request], response: type[Response]) -> Method[Request, Response]:
    return Method(path, request.SerializeToString, response.FromString)


def _path(file: FileDescriptor, service: str, method: str) -> str:
    descriptor = file.services_by_name[service].methods_by_name[method]
    return f"/{descriptor.containing_service.full_name}/{descriptor.name}"


CLASSIFY = _method(
    _path(text_classifier_pb2.DESCRIPTOR, "TextClassifier", "Classify"), ClassifyRequest, ClassifyResponse
)
CLASSIFY_STREAM = _method(
    _path(text_classifier_pb2.DESCRIPTOR, "TextClassifier", "ClassifyStream"), ClassifyRequest, ClassifyResponse
)
LIST_MODELS = _method(
    _path(model_service_pb2.DESCRIPTOR, "ModelService", "ListModels"), ListModelsRequest, ListModelsResponse
)
GET_MODEL = _method(_path(model_service_pb2.DESCRIPTOR, "ModelService", "GetModel"), GetModelRequest, GetModelResponse)
LOAD_MODEL = _method(
    _path(model_service_pb2.DESCRIPTOR, "ModelService", "LoadModel"), LoadModelRequest, LoadModelResponse
)
UNLOAD_MODEL = _method(
    _path(model_service_pb2.DESCRIPTOR, "ModelService", "UnloadModel"), UnloadModelRequest, UnloadModelResponse
)
SET_LABEL = _method(_path(model_service_pb2.DESCRIPTOR, "ModelService", "SetLabel"), SetLabelRequest, SetLabelResponse)
SET_TRAFFIC = _method(
    _path(model_service_pb2.DESCRIPTOR, "ModelService", "SetTraffic"), SetTrafficRequest, SetTrafficResponse
)
CHECK_HEALTH = _method("/grpc.health.v1.Health/Check", HealthRequest, HealthResponse)


def classify(
    texts: str | Sequence[str], options: ClassifyOptions
) -> Call[ClassifyRequest, ClassifyResponse, Classification]:
    """Classify one text or several."""
    several = (texts,) if isinstance(texts, str) else tuple(texts)
    request = _messages.classify_request(several, **options)
    return Call(CLASSIFY, request, partial(_messages.classification, several))


def classify_builder(**options: Unpack[ClassifyOptions]) -> Callable[[Sequence[str]], ClassifyRequest]:
    """What makes the requests of a stream; wrong options are found here, before there is a text."""
    _messages.classify_request((), **options)
    return partial(_messages.classify_request, **options)


def list_models() -> Call[ListModelsRequest, ListModelsResponse, tuple[ModelStatus, ...]]:
    """List every version that the server knows of."""
    return Call(LIST_MODELS, ListModelsRequest(), _messages.model_statuses)


def get_model(
    name: str, version: int | None, version_label: str | None
) -> Call[GetModelRequest, GetModelResponse, Model]:
    """Describe one version."""
    request = GetModelRequest(model=_messages.model_spec(name, version, version_label))
    return Call(GET_MODEL, request, _messages.model)


def load_model(name: str, version: int | None) -> Call[LoadModelRequest, LoadModelResponse, tuple[ModelStatus, ...]]:
    """Have a version served."""
    request = LoadModelRequest(name=name, version=_messages.optional_version(version))
    return Call(LOAD_MODEL, request, _messages.model_statuses)


def unload_model(
    name: str, version: int | None
) -> Call[UnloadModelRequest, UnloadModelResponse, tuple[ModelStatus, ...]]:
    """Have a version taken out of service."""
    request = UnloadModelRequest(name=name, version=_messages.optional_version(version))
    return Call(UNLOAD_MODEL, request, _messages.model_statuses)


def set_label(
    name: str, label: str, version: int | None
) -> Call[SetLabelRequest, SetLabelResponse, tuple[ModelStatus, ...]]:
    """Put a label on a version, or take it off."""
    request = SetLabelRequest(name=name, label=label, version=_messages.optional_version(version))
    return Call(SET_LABEL, request, _messages.model_statuses)


def set_traffic(name: str, traffic: Traffic) -> Call[SetTrafficRequest, SetTrafficResponse, Traffic]:
    """Say which versions answer whom."""
    request = SetTrafficRequest(name=name, traffic=_traffic.traffic_message(traffic))
    return Call(SET_TRAFFIC, request, lambda response: _traffic.traffic(response.traffic))


def check_health(service: str) -> Call[HealthRequest, HealthResponse, ServingStatus]:
    """Ask the standard health protocol."""
    return Call(CHECK_HEALTH, HealthRequest(service=service), _messages.serving_status)
