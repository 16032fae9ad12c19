"""Structured logs on standard output: JSON for machines, aligned text for a terminal, each with its request id.

Standard error is left to native libraries, whose lines are no JSON and cannot be caught.
"""

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

from service.interceptors.call import CURRENT_CALL

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure_logs(log_format: str, log_level: str, stream: TextIO | None = None) -> None:
    """Set up the process's logs, those of libraries that use `logging` included.

    Args:
        log_format: "json", "human", or "auto": human when the stream is a terminal.
        log_level: the least level that is written.
        stream: where to write; standard output when None.
    """
    stream = sys.stdout if stream is None else stream
    as_json = log_format == "json" or (log_format == "auto" and not stream.isatty())
    level = LEVELS[log_level]
    structlog.configure(
        processors=[*_shared(), *_renderers(as_json, stream)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    _route_library_logs(level, as_json, stream)


def _shared() -> list[structlog.typing.Processor]:
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
    ]


def _renderers(as_json: bool, stream: TextIO) -> list[structlog.typing.Processor]:
    if not as_json:
        return [structlog.dev.ConsoleRenderer(colors=stream.isatty())]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]


def _add_request_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    call = CURRENT_CALL.get()
    if call is not None:
        event.setdefault("request_id", call.request_id)
    return event


def _route_library_logs(level: int, as_json: bool, stream: TextIO) -> None:
    handler = logging.StreamHandler(stream)
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[remove_meta, *_renderers(as_json, stream)],
            foreign_pre_chain=[*_shared(), structlog.stdlib.add_logger_name],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))
    logging.getLogger("service").setLevel(level)
    logging.getLogger("grpc._cython.cygrpc").addFilter(_has_a_listener)


def _has_a_listener(record: logging.LogRecord) -> bool:
    """Leave out what the gRPC library says of each answer to a client that has gone: under overload, thousands."""
    return not record.getMessage().startswith("ExecuteBatchError raised in core")
