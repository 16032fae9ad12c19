"""The engine of Textgate called in its own process, without gRPC: what the transport costs is the difference.

Usage: python -m benchmarks.serving.in_process REPOSITORY, then a line of JSON on standard input for each measurement
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.serving.child import Child


class InProcess(Child):
    """A child process with the engine.

    Args:
        repository: whose one model it serves.
    """

    name = "engine without gRPC"
    about = "`ServerCore.classify` of the same engine, called in its own process"

    def __init__(self, repository: Path) -> None:
        super().__init__([sys.executable, "-m", "benchmarks.serving.in_process", str(repository)])

    def texts_per_second(self, calls: Sequence[Sequence[str]], callers: int, warm_up: float, seconds: float) -> float:
        """Have `callers` callers make the calls again and again, and count the texts that are answered."""
        task = {"calls": [list(texts) for texts in calls], "callers": callers, "warm_up": warm_up, "seconds": seconds}
        return float(self.ask(task))


async def serve(repository: Path) -> None:
    """Measure what each line of standard input asks for, and print the texts a second."""
    from service.__main__ import processors_to_compute
    from service.core import ServerCore
    from service.limits import CompilationConfig, Limits
    from service.models.manager import ModelManager
    from service.models.repository import Repository
    from service.run import tensorflow_loader

    manager = ModelManager(
        Repository(repository), tensorflow_loader(processors_to_compute()), compilation=CompilationConfig()
    )
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
