"""What a process holds, by /proc: where it grows without end, a long run shows it."""

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
