"""What every system offers: a process that serves one exported version, and how to speak to it."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

import grpc
import numpy as np
import numpy.typing as npt

from benchmarks.serving.load import Target
from benchmarks.serving.process_usage import kill_session

START_SECONDS = 180.0
STOP_SECONDS = 20.0
Scores = npt.NDArray[np.float32]


class NotStartedError(Exception):
    """A system that ended, or answered no call in time; the message names its log."""


class System(ABC):
    """A server that is started for the benchmark; a context manager that stops it, with whatever it has started.

    Args:
        version: directory of the exported version that it serves.
        labels: of the model, in the order of its scores.
        work: folder for its log and settings.

    Attributes:
        name: as it is called in the results.
        about: how it was set up, for the page.
        path: /package.Service/Method of the calls.
        scores_texts: whether it classifies at all.
        compiles: whether it gets faster by itself while it is called.
        port: on 127.0.0.1.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    path: ClassVar[str]
    scores_texts: ClassVar[bool] = True
    compiles: ClassVar[bool] = False

    def __init__(self, version: Path, labels: Sequence[str], work: Path) -> None:
        self.version = version.resolve()
        self.labels = list(labels)
        self.work = work
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def missing(cls) -> str:
        """What it lacks to run here, and how to get it; empty when nothing."""
        return ""

    @abstractmethod
    def command(self) -> Sequence[str]:
        """Return the command that serves on `self.port`."""

    @abstractmethod
    def message(self, texts: Sequence[str]) -> bytes:
        """Return the request that asks for the scores of texts."""

    @abstractmethod
    def scores(self, reply: bytes) -> Scores | None:
        """Return <float32>[texts, labels] of a reply; None where it holds no scores."""

    def environment(self) -> Mapping[str, str]:
        """Return variables to set for the process."""
        return {}

    @property
    def target(self) -> Target:
        """Where the load generator calls it."""
        return Target(self.port, self.path)

    @property
    def pid(self) -> int:
        """Of the process that was started."""
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        self.work.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        with (self.work / f"{self.name.lower().replace(' ', '-')}.log").open("wb") as log:
            self._process = subprocess.Popen(
                list(self.command()),
                env={**os.environ, **self.environment()},
                stdout=log,
                stderr=log,
                cwd=self.directory(),
                start_new_session=True,
            )
        try:
            self._wait()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def directory(self) -> Path | None:
        """Where the process runs; None for the current directory."""
        return None

    def call(self, message: bytes, timeout: float = 5.0) -> bytes:
        """Make one call by the Python library, and return the reply.

        Raises:
            grpc.RpcError: the call failed.
        """
        with grpc.insecure_channel(f"127.0.0.1:{self.port}") as channel:
            reply: bytes = channel.unary_unary(self.path)(message, timeout=timeout)
            return reply

    def _wait(self) -> None:
        """Call until there is an answer."""
        assert self._process is not None
        ends = time.monotonic() + START_SECONDS
        while True:
            try:
                self.call(self.message(["ready?"]))
                return
            except grpc.RpcError as error:
                if self._process.poll() is not None or time.monotonic() > ends:
                    raise NotStartedError(f"{self.name} did not start; its log is in {self.work}") from error
                time.sleep(0.2)

    def _stop(self) -> None:
        """Ask the process to end, and kill what is left of it and of its children."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        kill_session(self._process.pid)
        self._process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
