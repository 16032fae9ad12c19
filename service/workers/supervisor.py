"""Starts worker processes, replaces those that die, and ends them together."""

import asyncio
import signal
import time
from collections.abc import Sequence
from contextlib import suppress

import structlog

STEADY_SECONDS = 10.0
"""Who lived for so long died of something that starting again may mend: it is replaced at once."""
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
CANNOT_START = 2
"""Exit code of a worker that cannot be started as asked: nor can any other, unless one has been serving already."""


class Supervisor:
    """Keeps a number of processes running until it is told to stop. Belongs to the event loop.

    A worker's standard input is a pipe that ends with this process, however that comes about; a worker then drains.

    Args:
        command: what a worker runs; ends with 0 after a drain, which SIGTERM asks for.
        count: how many.
    """

    def __init__(self, command: Sequence[str], count: int) -> None:
        self._command = list(command)
        self._count = count
        self._processes: dict[int, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()
        self._forced = 0
        self._had_a_steady_one = False

    async def run(self) -> int:
        """Return when all workers have ended, with 0 when each of them had drained, else with one's exit code."""
        codes = await asyncio.gather(*(self._keep(number) for number in range(self._count)))
        return self._forced or next((code for code in codes if code), 0)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask the workers to drain; a second time, to end at once."""
        structlog.get_logger().info("signal", name=number.name, again=self._stopping.is_set())
        if self._stopping.is_set():
            self._forced = 128 + number
        self._stopping.set()
        for process in self._processes.values():
            _send(process, signal.SIGTERM)

    async def _keep(self, number: int) -> int:
        """Have worker `number` running until the end, and return its last exit code."""
        early_deaths, code = 0, 0
        while not self._stopping.is_set():
            started = time.monotonic()
            code = await self._run_one(number)
            if self._stopping.is_set():
                return code
            lived = time.monotonic() - started
            self._had_a_steady_one |= lived >= STEADY_SECONDS
            if code == CANNOT_START and not self._had_a_steady_one:
                self.stop()
                return code
            early_deaths = 0 if lived >= STEADY_SECONDS else early_deaths + 1
            await self._pause(number, code, early_deaths)
        return code

    async def _run_one(self, number: int) -> int:
        # A session of its own: Ctrl-C at a terminal reaches this process alone, which passes it on once.
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.PIPE, start_new_session=True
        )
        structlog.get_logger().info("worker started", worker=number, pid=process.pid)
        self._processes[number] = process
        if self._stopping.is_set():  # the signal came while it was being started
            _send(process, signal.SIGTERM)
        code = await process.wait()
        del self._processes[number]
        return code

    async def _pause(self, number: int, code: int, early_deaths: int) -> None:
        """Wait before the next try, for longer each time that a worker dies young."""
        delay = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** (early_deaths - 1)) if early_deaths else 0.0
        structlog.get_logger().error("a worker died and is replaced", worker=number, code=code, seconds=delay)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), delay)


def _send(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    if process.returncode is None:
        process.send_signal(number)


async def supervise(command: Sequence[str], count: int) -> int:
    """Run workers until SIGTERM or SIGINT, and return the exit code."""
    supervisor = Supervisor(command, count)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, supervisor.stop, number)
    return await supervisor.run()
