"""The engine of Textgate called in its own process, without gRPC: what the transport costs is the difference.

Usage: python -m benchmarks.serving.in_process REPOSITORY, then a line of JSON on standard input for each measurement
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class InProcess:
    """A child process with the engine; a context manager that ends it."""

    name = "engine without gRPC"
    about = "`ServerCore.classify` of the same engine, called in its own process"

    def __init__(self, repository: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.serving.in_process", str(repository)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def texts_per_second(self, calls: Sequence[Sequence[str]], callers: int, warm_up: float, seconds: float) -> float:
        """Have `callers` callers make the calls again and again, and count the texts that are answered."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        task = {"calls": [list(texts) for texts in calls], "callers": callers, "warm_up": warm_up, "seconds": seconds}
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


async def serve(repository: Path) -> None:
    """Measure what each line of standard input asks for, and print the texts a second."""
    from service.core import ServerCore
    from service.limits import CompilationConfig, Limits
    from service.models.manager import ModelManager
    from service.models.repository import Repository
    from service.run import tensorflow_loader

    manager = ModelManager(Repository(repository), tensorflow_loader(0), compilation=CompilationConfig())
    await manager.refresh()
    core = ServerCore(manager, Limits())
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(await measure(core, json.loads(line)), flush=True)
    await manager.stop()


async def measure(core: Any, task: dict[str, Any]) -> float:
    """Texts a second after the warm-up."""
    from service.types import ClassifyQuery, ModelSpec

    queries = [ClassifyQuery(ModelSpec(), tuple(texts)) for texts in task["calls"]]
    start = time.monotonic() + task["warm_up"]
    end = start + task["seconds"]
    answered = 0

    async def call_again_and_again(first: int) -> None:
        nonlocal answered
        number = first
        while time.monotonic() < end:
            query = queries[number % len(queries)]
            number += task["callers"]
            await core.classify(query)
            if start <= time.monotonic() < end:
                answered += len(query.texts)

    await asyncio.gather(*(call_again_and_again(first) for first in range(task["callers"])))
    return answered / float(task["seconds"])


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
