"""A server in a process of its own, started and stopped as an operator would."""

import json
import signal
import subprocess
import sys
import threading
from types import TracebackType
from typing import Any, Self

import grpc
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

START_SECONDS = 120.0


class ServerProcess:
    """`python -m service` on a free port; a context manager that kills what is still running at its end.

    Args:
        arguments: flags beside those for port and log.
        module: what to run.

    Attributes:
        lines: what the server has logged so far, parsed; what is no JSON is under "text".
    """

    def __init__(self, *arguments: str, module: str = "service") -> None:
        self.lines: list[dict[str, Any]] = []
        command = [sys.executable, "-m", module, *arguments, "--port", "0", "--log-format", "json"]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
        )
        self._grown = threading.Condition()
        self._ended = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def target(self) -> str:
        """Where it listens, as soon as it does."""
        return f"127.0.0.1:{self.wait_for('listening')['port']}"

    def wait_for(self, event: str) -> dict[str, Any]:
        """Wait for the first line of an event, and return it.

        Raises:
            RuntimeError: the server ended, or took too long, without it.
        """
        with self._grown:
            self._grown.wait_for(lambda: self._ended or self.logged(event), START_SECONDS)
        if not self.logged(event):
            raise RuntimeError(f"the server never logged {event!r}: {self.lines}")
        return self.logged(event)[0]

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Return the lines of an event so far."""
        return [line for line in list(self.lines) if line.get("event") == event]

    def wait_until_serving(self) -> None:
        """Watch the server's health until it is SERVING."""
        with grpc.insecure_channel(self.target) as channel:
            for reply in HealthStub(channel).Watch(HealthCheckRequest(), timeout=START_SECONDS):
                if reply.status == HealthCheckResponse.SERVING:
                    return
        raise RuntimeError(f"the server ended its health watch before it was SERVING: {self.lines}")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def wait(self, seconds: float = 60.0) -> int:
        """Wait for its end and its last line; return the exit code."""
        code = self.process.wait(seconds)
        self._reader.join(seconds)
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            with self._grown:
                self.lines.append(_parsed(line))
                self._grown.notify_all()
        with self._grown:
            self._ended = True
            self._grown.notify_all()


def _parsed(line: str) -> dict[str, Any]:
    try:
        parsed = json.loads(line)
    except json.JSONDecodeError:
        return {"text": line.rstrip("\n")}
    return parsed if isinstance(parsed, dict) else {"text": line.rstrip("\n")}
