"""Pure functions between the SDK's types and the messages of the wire: requests are built, responses are parsed."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol, TypedDict, TypeVar

from textgate import types
from textgate._traffic import traffic
from textgate.errors import InternalError, InvalidArgumentError, Violation
from textgate.types import OnTooLong, Priority
from textgate.v1 import health_wire_pb2, model_info_pb2, model_service_pb2, model_spec_pb2, text_classifier_pb2

_Name = TypeVar("_Name", bound=StrEnum)


class _WireEnum(Protocol):
    def keys(self) -> Sequence[str]: ...

    def values(self) -> Sequence[int]: ...


class _Statuses(Protocol):
    @property
    def models(self) -> Iterable[model_service_pb2.ModelStatus]: ...


class ClassifyOptions(TypedDict, total=False):
    """What `classify` and `classify_stream` take beside the texts.

    Attributes:
        model: name of the model; may be left out where the server has a single one.
        version: of the model; by default the newest that is being served.
        version_label: such as "stable", instead of `version`.
        routing_key: where the model has a traffic split, calls with the same key get the same version.
        top_k: return at most this many labels a text, best first; 0 (default): all.
        min_score: leave out labels that score less; between 0 and 1, by default 0.
        on_too_long: what to do with a text of more than the model's max_tokens tokens; by default TRUNCATE.
        priority: BULK for what nobody waits for, which then delays nothing else; by default NORMAL.
    """

    model: str
    version: int | None
    version_label: str | None
    routing_key: str
    top_k: int
    min_score: float
    on_too_long: OnTooLong
    priority: Priority


def classify_request(
    texts: Sequence[str],
    *,
    model: str = "",
    version: int | None = None,
    version_label: str | None = None,
    routing_key: str = "",
    top_k: int = 0,
    min_score: float = 0.0,
    on_too_long: OnTooLong = OnTooLong.TRUNCATE,
    priority: Priority = Priority.NORMAL,
) -> text_classifier_pb2.ClassifyRequest:
    """Build the request that `ClassifyOptions` describes.

    Raises:
        InvalidArgumentError: a text or option that the wire cannot carry; the violations name it.
        TypeError: a text that is not a str.
    """
    for index, text in enumerate(texts):
        _check_text(index, text)
    request = text_classifier_pb2.ClassifyRequest(
        texts=texts,
        min_score=min_score,
        on_too_long=text_classifier_pb2.OnTooLong.Value(OnTooLong(on_too_long).value),
        priority=text_classifier_pb2.Priority.Value(Priority(priority).value),
    )
    request.model.CopyFrom(model_spec(model, version, version_label))
    request.model.routing_key = routing_key
    request.top_k = _integer("top_k", top_k, bits=32)
    return request


def model_spec(name: str, version: int | None, version_label: str | None) -> model_spec_pb2.ModelSpec:
    """Build the message that says which model a call means.

    Raises:
        InvalidArgumentError: both a version and a version label, or a version that the wire cannot carry.
    """
    if version is not None and version_label is not None:
        raise _invalid("version_label", "give either a version or a version label, not both")
    spec = model_spec_pb2.ModelSpec(name=name)
    if version is not None:
        spec.version = _integer("version", version, bits=64)
    if version_label is not None:
        spec.version_label = version_label
    return spec


def optional_version(version: int | None) -> int:
    """The number that says which version an administrative call means; 0 for none.

    Raises:
        InvalidArgumentError: a version that is not above 0, or that the wire cannot carry.
    """
    if version is None:
        return 0
    if version < 1:
        raise _invalid("version", f"must be above 0, not {version}")
    return _integer("version", version, bits=64)


def classification(texts: Sequence[str], response: text_classifier_pb2.ClassifyResponse) -> types.Classification:
    """Parse the answer to `texts`.

    Raises:
        InternalError: the answer has not one result a text.
    """
    if len(response.results) != len(texts):
        raise InternalError(f"the server gave {len(response.results)} results for {len(texts)} texts")
    return types.Classification(
        model=response.model.name,
        version=response.model.version,
        results=tuple(_text_result(*pair) for pair in zip(texts, response.results, strict=True)),
        timing=_timing(response.timing),
    )


def model_statuses(response: _Statuses) -> tuple[types.ModelStatus, ...]:
    """Parse a list of versions."""
    return tuple(_model_status(status) for status in response.models)


def model(response: model_service_pb2.GetModelResponse) -> types.Model:
    """Parse one model."""
    return types.Model(_model_status(response.status), _model_info(response.info), traffic(response.traffic))


def serving_status(response: health_wire_pb2.HealthResponse) -> types.ServingStatus:
    """Parse the answer of the standard health protocol."""
    return _named(types.ServingStatus, health_wire_pb2.HealthResponse.ServingStatus, response.status)


def _text_result(text: str, result: text_classifier_pb2.TextResult) -> types.TextResult:
    return types.TextResult(
        text=text,
        labels=tuple(types.LabelScore(score.label, score.score, score.predicted) for score in result.labels),
        token_count=result.token_count,
        unknown_token_count=result.unknown_token_count,
        truncated=result.truncated,
    )


def _timing(timing: text_classifier_pb2.Timing) -> types.Timing:
    return types.Timing(
        total_us=timing.total_us,
        tokenize_us=timing.tokenize_us,
        queue_us=timing.queue_us,
        compute_us=timing.compute_us,
        batch_size=timing.batch_size,
    )


def _model_status(status: model_service_pb2.ModelStatus) -> types.ModelStatus:
    return types.ModelStatus(
        name=status.name,
        version=status.version,
        state=_named(types.ModelState, model_service_pb2.ModelStatus.State, status.state),
        reason=status.reason,
        version_labels=tuple(status.version_labels),
    )


def _model_info(info: model_info_pb2.ModelInfo) -> types.ModelInfo:
    return types.ModelInfo(
        name=info.name,
        version=info.version,
        task=_named(types.Task, model_info_pb2.ModelInfo.Task, info.task),
        labels=tuple(types.Label(label.name, label.threshold) for label in info.labels),
        encoding=_named(types.Encoding, model_info_pb2.ModelInfo.Encoding, info.encoding),
        architecture=info.architecture,
        max_tokens=info.max_tokens,
        vocabulary_size=info.vocabulary_size,
        test_metrics=dict(info.test_metrics),
        created_at=_created_at(info),
    )


def _created_at(info: model_info_pb2.ModelInfo) -> datetime | None:
    return info.created_at.ToDatetime(tzinfo=UTC) if info.HasField("created_at") else None


def _named(names: type[_Name], wire: _WireEnum, number: int) -> _Name:
    """The member called as `wire` calls `number`; UNKNOWN for what a newer server may send."""
    name = dict(zip(wire.values(), wire.keys(), strict=True)).get(number, "UNKNOWN")
    return names(name) if name in names.__members__ else names("UNKNOWN")


def _check_text(index: int, text: object) -> None:
    if not isinstance(text, str):
        raise TypeError(f"texts[{index}] must be a str, not {type(text).__name__}")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        description = f"a lone surrogate at character {error.start} is not Unicode text and cannot be sent"
        raise _invalid(f"texts[{index}]", description) from error


def _integer(field: str, value: int, *, bits: int) -> int:
    limit = 1 << (bits - 1)
    if not -limit <= value < limit:
        raise _invalid(field, f"{value} does not fit into {bits} bits")
    return value


def _invalid(field: str, description: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"{field}: {description}", violations=(Violation(field, description),))
