"""A thread of one's own: blocking work leaves the event loop, and calls to it never overlap."""

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar

Result = TypeVar("Result")


class Job(NamedTuple):
    """Work that waits for the thread, and where its result goes."""

    future: asyncio.Future[Any]
    function: Callable[..., Any]
    arguments: tuple[object, ...]


class WorkerThread:
    """Runs functions one after another, in the order in which they came. Belongs to the event loop.

    A thread that hangs in a library cannot be ended, but it can be given up: nobody waits for it then, not even the end
    of the process.

    Args:
        name: of the thread.
        nice: how far it stands back for others that want the processor, 0 to 19, where the system can say it of a
            thread, as Linux can.

    Attributes:
        finished: functions that have run so far.
    """

    def __init__(self, name: str, nice: int = 0) -> None:
        self._name = name
        self._nice = nice
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._unfinished: set[asyncio.Future[Any]] = set()
        self._error: Callable[[], Exception] | None = None
        self._closed = False
        self._ended = asyncio.Event()
        self.finished = 0

    @property
    def is_given_up(self) -> bool:
        """Whether nothing runs here any more."""
        return self._error is not None

    def run(self, function: Callable[..., Result], *arguments: object) -> asyncio.Future[Result]:
        """Start `function(*arguments)` as soon as the thread is free; the future belongs to the running event loop."""
        if self._closed:
            raise RuntimeError(f"thread {self._name} is closed")
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        if self._error is not None:
            future.set_exception(self._error())
            return future
        if self._thread is None:
            loop = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._main, args=(loop,), name=self._name, daemon=True)
            self._thread.start()
        self._unfinished.add(future)
        future.add_done_callback(self._unfinished.discard)
        self._jobs.put(Job(future, function, arguments))
        return future

    def give_up(self, error: Callable[[], Exception]) -> None:
        """Fail all that runs or waits, and all that comes, with an error each. The thread ends if it ever gets on."""
        self._error = error
        self._jobs.put(None)
        self._ended.set()
        for future in list(self._unfinished):
            if not future.done():
                future.set_exception(error())

    async def close(self) -> None:
        """End the thread once all that was given to it has run; at once where it is given up, now or meanwhile."""
        self._closed = True
        self._jobs.put(None)
        if self._thread is not None:
            await self._ended.wait()

    def _main(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._nice and sys.platform == "linux":
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), self._nice)
        while (job := self._jobs.get()) is not None:
            if not job.future.done():  # done without us: nobody wants it any more
                settle = _execute(job)
                self.finished += 1  # before anybody knows that it is so
                _tell(loop, settle)
                del settle
            del job  # it holds what it worked on
        _tell(loop, self._ended.set)


def _execute(job: Job) -> Callable[[], None]:
    """Run a job, and return what settles its future."""
    try:
        result = job.function(*job.arguments)
    except BaseException as error:  # the thread must go on, whatever it is
        return partial(_settle, job.future, None, error)
    return partial(_settle, job.future, result, None)


def _tell(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # the event loop is closed: nobody waits
        loop.call_soon_threadsafe(what)


def _settle(future: asyncio.Future[Any], result: Any, failure: BaseException | None) -> None:
    if future.done():
        return
    if failure is None:
        future.set_result(result)
    else:
        future.set_exception(failure)
