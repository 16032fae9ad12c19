"""`python -m service` but for its models, which are ready at once: a text of `0` is never done, others soon are."""

import asyncio
import sys
import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
import structlog

from service.config import load_config
from service.logs import configure_logs
from service.run import run
from service.tokenizing.tokens import Tokens
from tests.service.fakes import FakeServable


class SlowServable(FakeServable):
    """Takes two milliseconds for a batch, so that calls are always under way, or for ever."""

    def score(self, tokens: Tokens) -> npt.NDArray[np.float32]:
        without_end = bool((tokens.token_ids[:, 0] == 0).any())
        if without_end:
            structlog.get_logger().info("scoring without end")
        threading.Event().wait(None if without_end else 0.002)
        return super().score(tokens)


def load(_directory: Path) -> SlowServable:
    return SlowServable()


if __name__ == "__main__":
    config = load_config([*sys.argv[1:], "--compile-seconds", "0"])  # trying a shape scores the empty text
    configure_logs(config.log_format, config.log_level)
    asyncio.run(run(config, load))
