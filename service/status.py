"""From an error of ours to what gRPC sends: status code, message, and `google.rpc` details in the trailers."""

from dataclasses import dataclass
from functools import lru_cache

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RequestInfo, RetryInfo
from google.rpc.status_pb2 import Status

from service.errors import InternalError, InvalidArgumentError, ResourceExhaustedError, ServiceError, Violation

DETAILS_KEY = "grpc-status-details-bin"
PUSHBACK_KEY = "grpc-retry-pushback-ms"
DOMAIN = "textgate"

# Clients refuse trailers beyond 8 KiB by default, and a message travels twice, once percent-encoded.
MAX_MESSAGE_BYTES = 512
MAX_VIOLATIONS_BYTES = 2048

Trailers = tuple[tuple[str, str | bytes], ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """What the caller of a failed call gets."""

    code: grpc.StatusCode
    message: str
    trailers: Trailers


def internal_error(error_id: str) -> InternalError:
    """Return the error that stands for any fault of ours: it says nothing but where the log has the rest."""
    return InternalError(f"internal error; quote error id {error_id} when you report it")


def to_failure(error: ServiceError, request_id: str, error_id: str | None = None) -> Failure:
    """Turn an error into what its caller gets.

    Args:
        error: the error.
        request_id: the call's id, put into the details.
        error_id: for INTERNAL: the id under which the log has the trace.
    """
    code = grpc.StatusCode[error.code]
    message = shortened(error.message, MAX_MESSAGE_BYTES)
    retry_after_ms = error.retry_after_ms if isinstance(error, ResourceExhaustedError) else None
    violations = error.violations if isinstance(error, InvalidArgumentError) else ()
    if violations or error_id or len(request_id) != len(_ANY_ID):
        details = _details(error.code, message, retry_after_ms, request_id, error_id, violations)
    else:
        template = _usual_details(error.code, message, retry_after_ms, _ANY_ID)
        details = template.replace(_ANY_ID.encode(), request_id.encode())
    trailers: Trailers = ((DETAILS_KEY, details),)
    if retry_after_ms is not None:
        trailers += ((PUSHBACK_KEY, str(retry_after_ms)),)
    return Failure(code, message, trailers)


def shortened(text: str, most_bytes: int) -> str:
    """Cut a text to so many bytes of UTF-8, never within a character; what is cut shows as an ellipsis."""
    encoded = text.encode("utf-8", errors="replace")
    if len(encoded) <= most_bytes:
        return encoded.decode()
    return encoded[: most_bytes - 3].decode(errors="ignore") + "…"


def _details(
    code: str,
    message: str,
    retry_after_ms: int | None,
    request_id: str,
    error_id: str | None = None,
    violations: tuple[Violation, ...] = (),
) -> bytes:
    metadata = {} if error_id is None else {"error_id": error_id}
    details: list[Message] = [
        ErrorInfo(reason=code, domain=DOMAIN, metadata=metadata),
        RequestInfo(request_id=request_id),
    ]
    if violations:
        details.append(_bad_request(violations))
    if retry_after_ms is not None:
        delay = Duration()
        delay.FromMilliseconds(retry_after_ms)
        details.append(RetryInfo(retry_delay=delay))
    status = Status(code=grpc.StatusCode[code].value[0], message=message)
    for detail in details:
        status.details.add().Pack(detail)
    serialized: bytes = status.SerializeToString()
    return serialized


# A server that is overloaded says the same thousands of times a second, but for the request id.
_usual_details = lru_cache(256)(_details)
# Stands in for one of our own ids, which all have its length; no message has such characters.
_ANY_ID = "\x01" * 32


def _bad_request(violations: tuple[Violation, ...]) -> BadRequest:
    bad_request = BadRequest()
    for violation in violations:
        bad_request.field_violations.add(
            field=shortened(violation.field, 128), description=shortened(violation.description, MAX_MESSAGE_BYTES)
        )
        if bad_request.ByteSize() > MAX_VIOLATIONS_BYTES:
            del bad_request.field_violations[-1]
            break
    return bad_request
