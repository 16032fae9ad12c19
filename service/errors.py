"""What a call can fail with: one class a gRPC status code, transport-free. Messages are safe to show to strangers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """One field of the request that is not as it must be, such as `texts[3]`."""

    field: str
    description: str


class ServiceError(Exception):
    """Base: `code` is the name of the gRPC status code."""

    code = "INTERNAL"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidArgumentError(ServiceError):
    """The request is wrong whatever the state of the server."""

    code = "INVALID_ARGUMENT"

    def __init__(self, message: str, violations: tuple[Violation, ...] = ()) -> None:
        super().__init__(message)
        self.violations = violations


class NotFoundError(ServiceError):
    """No such model, version or version label."""

    code = "NOT_FOUND"


class PermissionDeniedError(ServiceError):
    """The caller may not do this here."""

    code = "PERMISSION_DENIED"


class FailedPreconditionError(ServiceError):
    """The state of the server forbids it: the message says what must be done first. Administration only."""

    code = "FAILED_PRECONDITION"


class ResourceExhaustedError(ServiceError):
    """A queue or limit is full: try again after `retry_after_ms`."""

    code = "RESOURCE_EXHAUSTED"

    def __init__(self, message: str, retry_after_ms: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_ms = retry_after_ms


class DeadlineExceededError(ServiceError):
    """The call's deadline passed, or would pass, before its texts were scored; they never will be."""

    code = "DEADLINE_EXCEEDED"


class UnavailableError(ServiceError):
    """Loading or draining: another replica, or a moment later, will do."""

    code = "UNAVAILABLE"


class InternalError(ServiceError):
    """A fault of ours. Its caller is told an error id and nothing else; the log has the message and the cause."""
