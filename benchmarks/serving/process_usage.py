"""What processes hold and use, by /proc; and how to be rid of them."""

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

SAMPLES, SECONDS_BETWEEN = 20, 0.5


@dataclass(frozen=True)
class Usage:
    """Resident memory in bytes, open file descriptors, threads."""

    resident: int
    descriptors: int
    threads: int

    @classmethod
    def at_rest(cls, pid: int) -> "Usage":
        """Of a running process that nobody calls any more, when it has closed what it is going to close."""
        found = cls.of(pid)
        for _ in range(SAMPLES):
            time.sleep(SECONDS_BETWEEN)
            before, found = found, cls.of(pid)
            if (before.descriptors, before.threads) == (found.descriptors, found.threads):
                break
        return found

    @classmethod
    def of(cls, pid: int) -> "Usage":
        """Of a running process."""
        folder = Path(f"/proc/{pid}")
        fields = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
        resident = int(fields["VmRSS"].split()[0]) * 1024
        return cls(resident, len(list((folder / "fd").iterdir())), int(fields["Threads"]))


def processor_seconds(session: int) -> float:
    """Processor time so far of all processes of a session, those included that have ended and been waited for."""
    ticks = sum(sum(map(int, fields[11:15])) for fields in _processes(session).values())  # utime, stime, children's
    return ticks / os.sysconf("SC_CLK_TCK")


def kill_session(session: int) -> None:
    """Kill whatever a process that led a session has left running, process groups of their own included."""
    while running := [pid for pid, fields in _processes(session).items() if fields[0] not in "ZX"]:
        for pid in running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)  # one of them may have started another meanwhile


def _processes(session: int) -> dict[int, list[str]]:
    """By process id, the fields of /proc/<pid>/stat from the state on."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            continue
        if int(fields[3]) == session:
            found[int(path.parent.name)] = fields
    return found
