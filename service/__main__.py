"""`python -m service`: serve every model of a repository until a signal comes; `score` labels a file instead."""

import asyncio
import os
import sys
from collections.abc import Sequence

import structlog

from service.config import ConfigError, ServiceConfig, load_config, unknown_variables
from service.logs import configure_logs
from service.models.repository import RepositoryError
from service.run import run, tensorflow_loader
from service.server import AddressError
from service.workers.port import PortTakenError, hold_port
from service.workers.supervisor import supervise

USAGE_ERROR = 2
# What a supervisor calls its children; not for people.
WORKER = "worker"


def main(arguments: Sequence[str]) -> int:
    """Run a verb, `serve` where none is given, and return its exit code."""
    if arguments[:1] == ["score"]:
        from service.bulk.command import main as score

        return score(arguments[1:], tensorflow_loader(0))
    is_worker = arguments[:1] == [WORKER]
    return serve(arguments[1:] if is_worker or arguments[:1] == ["serve"] else arguments, is_worker)


def serve(arguments: Sequence[str], is_worker: bool = False) -> int:
    """Run the server; return 0 after a drain, 2 when it cannot be started as asked."""
    try:
        config = load_config(arguments)
    except ConfigError as error:
        print(f"python -m service: {error}", file=sys.stderr)
        return USAGE_ERROR
    configure_logs(config.log_format, config.log_level)
    try:
        if config.workers > 1:
            return _supervise(config, arguments)
        _log_settings(config)
        asyncio.run(run(config, tensorflow_loader(config.threads or processors_to_compute()), is_worker))
    except (AddressError, PortTakenError, RepositoryError) as error:
        structlog.get_logger().error("cannot start", reason=str(error))
        return USAGE_ERROR
    return 0


def _supervise(config: ServiceConfig, arguments: Sequence[str]) -> int:
    """Run several workers with the same settings, but for what is shared out among them."""
    _log_settings(config)
    with hold_port(config.host, config.port) as held:
        port = held.getsockname()[1]
        threads = max(1, (config.threads or processors_to_compute()) // config.workers)
        shared = ["--port", str(port), "--threads", str(threads), "--workers", "1"]
        command = [sys.executable, "-m", "service", WORKER, *arguments, *shared]
        return asyncio.run(supervise(command, config.workers))


def processors_to_compute() -> int:
    """All that this process may use but one: while a forward pass runs, calls arrive and answers leave."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, usable - 1)


def _log_settings(config: ServiceConfig) -> None:
    logger = structlog.get_logger()
    logger.info("settings", **config.loggable())
    for name, _ in unknown_variables(os.environ):
        logger.warning("an environment variable is not a setting, and has no effect", name=name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
