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

USAGE_ERROR = 2


def main(arguments: Sequence[str]) -> int:
    """Run a verb, `serve` where none is given, and return its exit code."""
    if arguments[:1] == ["score"]:
        from service.bulk.command import main as score

        return score(arguments[1:], tensorflow_loader(0))
    return serve(arguments[1:] if arguments[:1] == ["serve"] else arguments)


def serve(arguments: Sequence[str]) -> int:
    """Run the server; return 0 after a drain, 2 when it cannot be started as asked."""
    try:
        config = load_config(arguments)
    except ConfigError as error:
        print(f"python -m service: {error}", file=sys.stderr)
        return USAGE_ERROR
    configure_logs(config.log_format, config.log_level)
    _log_settings(config)
    try:
        asyncio.run(run(config, tensorflow_loader(config.threads)))
    except (AddressError, RepositoryError) as error:
        structlog.get_logger().error("cannot start", reason=str(error))
        return USAGE_ERROR
    return 0


def _log_settings(config: ServiceConfig) -> None:
    logger = structlog.get_logger()
    logger.info("settings", **config.loggable())
    for name, _ in unknown_variables(os.environ):
        logger.warning("an environment variable is not a setting, and has no effect", name=name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
