"""One line in the log for every call: what, how long, with which status. Never a text, unless the servicer added it."""

import time

import grpc
import structlog

from service.interceptors.call import Call

_LEVELS = {grpc.StatusCode.INTERNAL: "error", grpc.StatusCode.RESOURCE_EXHAUSTED: "warning"}
_QUIET_PREFIXES = ("/grpc.health.v1.",)


def log_call(call: Call) -> None:
    """Log a call that has ended."""
    logger = structlog.get_logger()
    code = call.code or grpc.StatusCode.OK
    level = "debug" if call.method.startswith(_QUIET_PREFIXES) else _LEVELS.get(code, "info")
    getattr(logger, level)(
        "call",
        method=call.method,
        code=code.name,
        milliseconds=round((time.monotonic() - call.started) * 1000, 3),
        peer=call.context.peer(),
        request_id=call.request_id,
        **call.fields,
    )
