"""From the status that ends a failed call to the exception that tells of it."""

from collections.abc import Iterable
from typing import TypeVar

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.message import DecodeError, Message

from textgate import errors
from textgate.errors import TextgateError, Violation
from textgate.v1.error_details_pb2 import ErrorId, FieldViolations, RetryDelay, StatusDetails

DETAILS_KEY = "grpc-status-details-bin"
PUSHBACK_KEY = "grpc-retry-pushback-ms"

MetadataItems = Iterable[tuple[str, str | bytes]]
_Detail = TypeVar("_Detail", bound=Message)

ERROR_CLASSES: dict[str, type[TextgateError]] = {
    error_class.code: error_class
    for error_class in (
        errors.AbortedError,
        errors.AlreadyExistsError,
        errors.CallCancelledError,
        errors.DataLossError,
        errors.DeadlineExceededError,
        errors.FailedPreconditionError,
        errors.InternalError,
        errors.InvalidArgumentError,
        errors.NotFoundError,
        errors.OutOfRangeError,
        errors.PermissionDeniedError,
        errors.ResourceExhaustedError,
        errors.UnauthenticatedError,
        errors.UnavailableError,
        errors.UnimplementedError,
        errors.UnknownError,
    )
}


def error_from_status(
    code: grpc.StatusCode, message: str | None, trailers: MetadataItems, request_id: str
) -> TextgateError:
    """Make the exception for a call that ended with this status.

    Args:
        code: any but OK.
        message: the status message.
        trailers: trailing metadata; details in google.rpc messages are read where there are any.
        request_id: that the call carried.
    """
    metadata = dict(trailers)
    details = _details(metadata.get(DETAILS_KEY))
    text = message or f"the call ended with {code.name} and no message"
    if code is grpc.StatusCode.INVALID_ARGUMENT:
        return errors.InvalidArgumentError(text, request_id=request_id, violations=_violations(details))
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        retry_after = _retry_after(metadata.get(PUSHBACK_KEY), details)
        return errors.ResourceExhaustedError(text, request_id=request_id, retry_after=retry_after)
    if code is grpc.StatusCode.INTERNAL:
        return errors.InternalError(text, request_id=request_id, error_id=_error_id(details))
    return ERROR_CLASSES[code.name](text, request_id=request_id)


def _details(encoded: str | bytes | None) -> list[Any]:
    if not isinstance(encoded, bytes):
        return []
    try:
        return list(StatusDetails.FromString(encoded).details)
    except DecodeError:
        return []  # The status itself says enough; details are a courtesy that a proxy may have damaged.


def _find(details: list[Any], name: str, message_class: type[_Detail]) -> _Detail | None:
    """The first detail of the google.rpc type `name`, read through our wire-compatible message."""
    for detail in details:
        if detail.type_url.endswith(f"/google.rpc.{name}"):
            try:
                return message_class.FromString(detail.value)
            except DecodeError:
                return None
    return None


def _violations(details: list[Any]) -> tuple[Violation, ...]:
    found = _find(details, "BadRequest", FieldViolations)
    if found is None:
        return ()
    return tuple(Violation(violation.field, violation.description) for violation in found.field_violations)


def _error_id(details: list[Any]) -> str | None:
    found = _find(details, "ErrorInfo", ErrorId)
    return found.metadata.get("error_id") if found is not None else None


def _retry_after(pushback: str | bytes | None, details: list[Any]) -> float | None:
    """Seconds. The trailer is what gRPC's own retries obey; RetryInfo says the same to whoever reads details."""
    if isinstance(pushback, str) and pushback.isdigit():
        return int(pushback) / 1000
    found = _find(details, "RetryInfo", RetryDelay)
    return found.retry_delay.ToTimedelta().total_seconds() if found is not None else None
