"""One line in the log for every call: what, how long, with which status. Never a text, unless the servicer added it."""

import logging
import time

import grpc
import structlog

from service.interceptors.call import Call

_LEVELS = {grpc.StatusCode.INTERNAL: "error", grpc.StatusCode.RESOURCE_EXHAUSTED: "warning"}
_QUIET_PREFIXES = ("/grpc.health.v1.",)


class AccessLog:
    """Logs calls that have ended.

    Args:
        least: level below which nothing is logged, as in `logging`: lines that nobody reads should cost nothing.
    """

    def __init__(self, least: int = logging.INFO) -> None:
        self._silent = {name for name, level in logging.getLevelNamesMapping().items() if level < least}

    def __call__(self, call: Call) -> None:
        """Log a call."""
        code = call.code or grpc.StatusCode.OK
        level = "debug" if call.method.startswith(_QUIET_PREFIXES) else _LEVELS.get(code, "info")
        if level.upper() in self._silent:
            return
        getattr(structlog.get_logger(), level)(
            "call",
            method=call.method,
            code=code.name,
            milliseconds=round((time.monotonic() - call.started) * 1000, 3),
            peer=call.context.peer(),
            request_id=call.request_id,
            **call.fields,
        )
