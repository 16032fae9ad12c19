"""What calls fail with: `TextgateError`, and below it one exception a gRPC status code."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Violation:
    """One field of the request that is not as it must be, such as `texts[3]`."""

    field: str
    description: str


class TextgateError(Exception):
    """A call that failed.

    Attributes:
        code: name of the gRPC status code, such as "NOT_FOUND".
        message: what went wrong, in the server's words.
        request_id: of the call, to find it in the server's log; None where no call was made.
    """

    code: ClassVar[str] = "UNKNOWN"

    def __init__(self, message: str, *, request_id: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.request_id = request_id


class AbortedError(TextgateError):
    """ABORTED: the call lost against a concurrent one."""

    code = "ABORTED"


class AlreadyExistsError(TextgateError):
    """ALREADY_EXISTS: what the call was to create is there."""

    code = "ALREADY_EXISTS"


class CallCancelledError(TextgateError):
    """CANCELLED: the call was given up, by the server or because the client was closed meanwhile."""

    code = "CANCELLED"


class DataLossError(TextgateError):
    """DATA_LOSS: data are gone or damaged."""

    code = "DATA_LOSS"


class DeadlineExceededError(TextgateError):
    """DEADLINE_EXCEEDED: no answer within the call's `timeout`."""

    code = "DEADLINE_EXCEEDED"


class FailedPreconditionError(TextgateError):
    """FAILED_PRECONDITION: the server is not in the state that the call needs."""

    code = "FAILED_PRECONDITION"


class InternalError(TextgateError):
    """INTERNAL: a fault of the server, or an answer that breaks the contract.

    Attributes:
        error_id: by which the server's log tells more; None where the server gave none.
    """

    code = "INTERNAL"

    def __init__(self, message: str, *, request_id: str | None = None, error_id: str | None = None) -> None:
        super().__init__(message, request_id=request_id)
        self.error_id = error_id


class InvalidArgumentError(TextgateError):
    """INVALID_ARGUMENT: the request is wrong whatever the state of the server.

    Attributes:
        violations: the fields at fault, by name and index; may be empty.
    """

    code = "INVALID_ARGUMENT"

    def __init__(self, message: str, *, request_id: str | None = None, violations: tuple[Violation, ...] = ()) -> None:
        super().__init__(message, request_id=request_id)
        self.violations = violations


class NotFoundError(TextgateError):
    """NOT_FOUND: no such model, version or version label."""

    code = "NOT_FOUND"


class OutOfRangeError(TextgateError):
    """OUT_OF_RANGE: beyond what there is."""

    code = "OUT_OF_RANGE"


class PermissionDeniedError(TextgateError):
    """PERMISSION_DENIED: these credentials do not allow the call."""

    code = "PERMISSION_DENIED"


class ResourceExhaustedError(TextgateError):
    """RESOURCE_EXHAUSTED: a queue or limit of the server is full, or a message is too large.

    Attributes:
        retry_after: seconds after which the server thinks another try worth while; None where it does not say.
    """

    code = "RESOURCE_EXHAUSTED"

    def __init__(self, message: str, *, request_id: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(message, request_id=request_id)
        self.retry_after = retry_after


class UnauthenticatedError(TextgateError):
    """UNAUTHENTICATED: no credentials, or wrong ones."""

    code = "UNAUTHENTICATED"


class UnavailableError(TextgateError):
    """UNAVAILABLE: no connection, or the server is loading or draining; another moment will do."""

    code = "UNAVAILABLE"


class UnimplementedError(TextgateError):
    """UNIMPLEMENTED: the server does not know the call."""

    code = "UNIMPLEMENTED"


class UnknownError(TextgateError):
    """UNKNOWN: something between client and server failed without saying how."""

    code = "UNKNOWN"
