"""A thread of one's own: blocking work leaves the event loop, and calls to it never overlap."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class WorkerThread:
    """Runs functions one after another, in the order in which they came."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    def run(self, function: Callable[..., Result], *arguments: object) -> asyncio.Future[Result]:
        """Start `function(*arguments)` as soon as the thread is free; the future belongs to the running event loop."""
        return asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)

    async def close(self) -> None:
        """End the thread once all that was given to it has run."""
        await asyncio.to_thread(self._pool.shutdown)
