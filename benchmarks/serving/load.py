"""Calls servers with the load generator in `load_generator/`, a C++ program that takes little of the machine."""

import shutil
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

SOURCE = Path(__file__).parent / "load_generator"
RECORD = np.dtype(
    [
        ("scheduled", "<f8"),
        ("sent", "<f8"),
        ("finished", "<f8"),
        ("message", "<i4"),
        ("status", "<i4"),
        ("reply_size", "<u4"),
        ("given_up", "<u4"),
    ]
)
"""What became of a call; as struct Record in load_generator/call.h."""

OK, DEADLINE_EXCEEDED = 0, 4
Schedule = npt.NDArray[np.void]


class MissingToolError(Exception):
    """Something that the benchmark needs is not on the machine; the message says how to get it."""


@dataclass(frozen=True)
class Target:
    """Where calls go.

    Attributes:
        port: on 127.0.0.1.
        path: /package.Service/Method.
    """

    port: int
    path: str


@dataclass(frozen=True)
class Calls:
    """The calls of one run, in the order in which they ended.

    Attributes:
        records: <RECORD>[calls].
        replies: the messages of the replies that were kept, one after the other, framed.
    """

    records: npt.NDArray[np.void]
    replies: bytes

    @property
    def ok(self) -> npt.NDArray[np.bool_]:
        """Which were answered."""
        answered: npt.NDArray[np.bool_] = self.records["status"] == OK
        return answered

    @property
    def latency(self) -> npt.NDArray[np.float64]:
        """Seconds from when each call should have started to its end."""
        seconds: npt.NDArray[np.float64] = self.records["finished"] - self.records["scheduled"]
        return seconds

    def answered_per_second(self, after: float, until: float) -> float:
        """Answers a second between two times of the run."""
        finished = self.records["finished"][self.ok]
        return float(((finished >= after) & (finished < until)).sum() / (until - after))


class LoadGenerator:
    """The compiled load generator.

    Args:
        work: folder for the program and for what it reads and writes.

    Raises:
        MissingToolError: it cannot be compiled here.
    """

    def __init__(self, work: Path) -> None:
        self._work = work
        self._program = work / "load"
        work.mkdir(parents=True, exist_ok=True)
        if not self._program.exists() or self._program.stat().st_mtime < _newest(SOURCE):
            self._compile()

    def closed_loop(
        self,
        target: Target,
        messages: Sequence[bytes],
        *,
        seconds: float,
        connections: int,
        streams: int,
        calls: int = 0,
        keep_every: int = 1,
    ) -> Calls:
        """Have `connections` times `streams` callers call again and again, for `seconds` or until `calls` are made."""
        limits = ("--seconds", seconds, "--streams", streams, "--calls", calls, "--keep-every", keep_every)
        return self._run(target, messages, connections, limits)

    def open_loop(
        self, target: Target, messages: Sequence[bytes], schedule: Schedule, *, connections: int, timeout_ms: int = 0
    ) -> Calls:
        """Make calls at the times of a schedule, each with a timeout unless that is 0."""
        path = self._work / "schedule.bin"
        path.write_bytes(schedule.tobytes())
        return self._run(target, messages, connections, ("--schedule", path, "--timeout-ms", timeout_ms))

    def _run(self, target: Target, messages: Sequence[bytes], connections: int, flags: Sequence[object]) -> Calls:
        files = {name: self._work / f"{name}.bin" for name in ("messages", "records", "replies")}
        files["messages"].write_bytes(b"".join(map(framed, messages)))
        command = [self._program, "--port", target.port, "--path", target.path, "--connections", connections, *flags]
        for name, path in files.items():
            command += [f"--{name}", path]
        subprocess.run(list(map(str, command)), check=True)
        return Calls(np.fromfile(files["records"], RECORD), files["replies"].read_bytes())

    def _compile(self) -> None:
        if shutil.which("g++") is None:
            raise MissingToolError("the load generator needs a C++ compiler: apt-get install g++ libnghttp2-dev")
        sources = sorted(map(str, SOURCE.glob("*.cpp")))
        command = ["g++", "-O2", "-std=c++17", *sources, "-lnghttp2", "-o", str(self._program)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if "nghttp2.h" in done.stderr:
            raise MissingToolError("the load generator needs libnghttp2: apt-get install libnghttp2-dev")
        if done.returncode:
            raise MissingToolError(f"the load generator does not compile:\n{done.stderr}")


def framed(message: bytes) -> bytes:
    """A message as gRPC sends it: uncompressed, with its length."""
    return struct.pack(">BI", 0, len(message)) + message


def _newest(folder: Path) -> float:
    return max(path.stat().st_mtime for path in folder.iterdir())
