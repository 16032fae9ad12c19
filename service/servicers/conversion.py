"""Pure functions between the messages of `textgate.v1` and the service's types."""

from service.errors import InvalidArgumentError, Violation
from service.types import (
    Caller,
    Classification,
    ClassifyQuery,
    ModelSpec,
    ModelState,
    ModelStatus,
    OnTooLong,
    Priority,
    TextResult,
    Timing,
)
from textgate.v1 import model_service_pb2, model_spec_pb2, text_classifier_pb2

_ON_TOO_LONG = {
    text_classifier_pb2.ON_TOO_LONG_UNSPECIFIED: OnTooLong.TRUNCATE,
    text_classifier_pb2.TRUNCATE: OnTooLong.TRUNCATE,
    text_classifier_pb2.REJECT: OnTooLong.REJECT,
    text_classifier_pb2.CHUNK: OnTooLong.CHUNK,
}

_PRIORITIES = {
    text_classifier_pb2.PRIORITY_UNSPECIFIED: Priority.NORMAL,
    text_classifier_pb2.NORMAL: Priority.NORMAL,
    text_classifier_pb2.BULK: Priority.BULK,
}

_STATES = {
    ModelState.LOADING: model_service_pb2.ModelStatus.LOADING,
    ModelState.AVAILABLE: model_service_pb2.ModelStatus.AVAILABLE,
    ModelState.UNLOADING: model_service_pb2.ModelStatus.UNLOADING,
    ModelState.FAILED: model_service_pb2.ModelStatus.FAILED,
}


def to_spec(message: model_spec_pb2.ModelSpec) -> ModelSpec:
    """Read which model and version a call means.

    Raises:
        InvalidArgumentError: the version is not a positive number, or the label is empty.
    """
    choice = message.WhichOneof("version_choice")
    if choice == "version":
        if message.version < 1:
            raise _invalid("model.version", f"must be positive, not {message.version}; leave it out for the newest")
        return ModelSpec(message.name, version=message.version)
    if choice == "version_label":
        if not message.version_label:
            raise _invalid("model.version_label", "must not be empty; leave it out for the newest version")
        return ModelSpec(message.name, version_label=message.version_label)
    return ModelSpec(message.name, routing_key=message.routing_key)


def to_version(number: int) -> int | None:
    """Read the version of a call that administers; 0 is none.

    Raises:
        InvalidArgumentError: it is negative.
    """
    if number < 0:
        raise _invalid("version", f"must be positive, not {number}; leave it out for none")
    return number or None


def to_query(request: text_classifier_pb2.ClassifyRequest, client: str = "") -> ClassifyQuery:
    """Read a client's request to classify.

    Raises:
        InvalidArgumentError: on_too_long or priority is a number without a meaning, or the model spec is bad.
    """
    on_too_long = _ON_TOO_LONG.get(request.on_too_long)
    if on_too_long is None:
        raise _invalid("on_too_long", f"{request.on_too_long} is unknown; expected TRUNCATE, REJECT or CHUNK")
    priority = _PRIORITIES.get(request.priority)
    if priority is None:
        raise _invalid("priority", f"{request.priority} is unknown; expected NORMAL or BULK")
    return ClassifyQuery(
        spec=to_spec(request.model),
        texts=tuple(request.texts),
        top_k=request.top_k,
        min_score=request.min_score,
        on_too_long=on_too_long,
        explain=request.explain,
        caller=Caller(client, priority),
    )


def from_spec(spec: ModelSpec) -> model_spec_pb2.ModelSpec:
    """Write which version answered."""
    message = model_spec_pb2.ModelSpec()
    _write_spec(message, spec)
    return message


def from_classification(classification: Classification) -> text_classifier_pb2.ClassifyResponse:
    """Write the answer of a call."""
    response = text_classifier_pb2.ClassifyResponse()
    _write_spec(response.model, classification.spec)
    _write_timing(response.timing, classification.timing)
    for result in classification.results:
        _write_result(response.results.add(), result)
    return response


def from_status(status: ModelStatus) -> model_service_pb2.ModelStatus:
    """Write how a version fares."""
    return model_service_pb2.ModelStatus(
        name=status.name,
        version=status.version,
        state=_STATES[status.state],
        reason=status.reason,
        version_labels=status.version_labels,
    )


# Fields are set one by one, and messages made where they belong: keywords, and copies, take twice the time.
def _write_spec(message: model_spec_pb2.ModelSpec, spec: ModelSpec) -> None:
    message.name = spec.name
    if spec.version is not None:
        message.version = spec.version


def _write_result(message: text_classifier_pb2.TextResult, result: TextResult) -> None:
    message.token_count = result.token_count
    message.unknown_token_count = result.unknown_token_count
    message.truncated = result.truncated
    add = message.labels.add
    for label, score, predicted in result.labels:
        written = add()
        written.label = label
        written.score = score
        written.predicted = predicted


def _write_timing(message: text_classifier_pb2.Timing, timing: Timing) -> None:
    message.total_us = timing.total_us
    message.tokenize_us = timing.tokenize_us
    message.queue_us = timing.queue_us
    message.compute_us = timing.compute_us
    message.batch_size = timing.batch_size


def _invalid(field: str, description: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"{field} {description}", (Violation(field, description),))
