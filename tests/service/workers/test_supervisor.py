"""Workers are small scripts here: what they do when told to stop, and when they die, is up to each test."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from service.workers import supervisor as module
from service.workers.supervisor import Supervisor

HEAD = """
import os, signal, sys, time
def end(*_): {end}
signal.signal(signal.SIGTERM, end)
open(sys.argv[1] + "/" + str(os.getpid()), "w").close()
"""
PATIENT = HEAD.format(end="sys.exit(0)") + "sys.stdin.read()"


def command(folder: Path, script: str) -> list[str]:
    return [sys.executable, "-S", "-c", script, str(folder)]


def pids(folder: Path) -> set[int]:
    """Of all workers that came so far."""
    return {int(file.name) for file in folder.iterdir()}


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


async def test_all_workers_run_until_they_are_told_to_drain(tmp_path: Path) -> None:
    supervisor = Supervisor(command(tmp_path, PATIENT), 3)
    running = asyncio.create_task(supervisor.run())
    await until(lambda: len(pids(tmp_path)) == 3)
    supervisor.stop()
    assert await running == 0


async def test_a_worker_that_is_killed_is_replaced_and_the_others_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STEADY_SECONDS", 0.0)
    supervisor = Supervisor(command(tmp_path, PATIENT), 2)
    running = asyncio.create_task(supervisor.run())
    await until(lambda: len(pids(tmp_path)) == 2)
    killed, other = pids(tmp_path)
    os.kill(killed, signal.SIGKILL)
    await until(lambda: len(pids(tmp_path)) == 3)
    os.kill(other, 0)
    supervisor.stop()
    assert await running == 0


async def test_workers_that_die_young_are_started_ever_less_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float | None] = []

    async def wait_for(waiting: "asyncio.Future[object]", seconds: float) -> None:
        waits.append(seconds)
        waiting.close()  # type: ignore[attr-defined]
        if len(waits) == 9:
            supervisor.stop()
        raise TimeoutError

    monkeypatch.setattr(module.asyncio, "wait_for", wait_for)
    supervisor = Supervisor(command(tmp_path, "raise SystemExit(7)"), 1)
    assert await supervisor.run() == 7
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


async def test_what_cannot_be_started_as_asked_ends_all_of_it(tmp_path: Path) -> None:
    script = PATIENT.replace("sys.stdin.read()", "len(os.listdir(sys.argv[1])) > 1 and sys.exit(2); sys.stdin.read()")
    assert await Supervisor(command(tmp_path, script), 2).run() == 2


async def test_a_replacement_that_cannot_be_started_leaves_those_who_serve_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STEADY_SECONDS", 0.0)
    script = PATIENT.replace("sys.stdin.read()", "len(os.listdir(sys.argv[1])) > 2 and sys.exit(2); sys.stdin.read()")
    supervisor = Supervisor(command(tmp_path, script), 2)
    running = asyncio.create_task(supervisor.run())
    await until(lambda: len(pids(tmp_path)) == 2)
    killed, other = pids(tmp_path)
    os.kill(killed, signal.SIGKILL)
    await until(lambda: len(pids(tmp_path)) >= 4)
    os.kill(other, 0)
    assert not running.done()
    supervisor.stop()
    await running


async def test_a_worker_that_could_not_drain_is_told_by_the_exit_code(tmp_path: Path) -> None:
    supervisor = Supervisor(command(tmp_path, PATIENT.replace("sys.exit(0)", "os._exit(3)")), 2)
    running = asyncio.create_task(supervisor.run())
    await until(lambda: len(pids(tmp_path)) == 2)
    supervisor.stop()
    assert await running == 3


async def test_a_second_signal_is_passed_on_and_told(tmp_path: Path) -> None:
    stubborn = HEAD.format(end="signal.signal(signal.SIGTERM, lambda *_: os._exit(143))") + "time.sleep(600)"
    supervisor = Supervisor(command(tmp_path, stubborn), 2)
    running = asyncio.create_task(supervisor.run())
    await until(lambda: len(pids(tmp_path)) == 2)
    supervisor.stop(signal.SIGINT)
    await asyncio.sleep(0.2)
    assert not running.done()
    supervisor.stop(signal.SIGINT)
    assert await running == 128 + signal.SIGINT


def test_workers_learn_by_their_standard_input_that_the_supervisor_is_gone(tmp_path: Path) -> None:
    script = f"""
import asyncio, sys
from service.workers.supervisor import Supervisor
asyncio.run(Supervisor({command(tmp_path, PATIENT)!r}, 2).run())
"""

    async def kill_it() -> None:
        parent = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.DEVNULL)
        await until(lambda: len(pids(tmp_path)) == 2)
        parent.kill()
        await parent.wait()
        await until(lambda: not any(is_running(pid) for pid in pids(tmp_path)))

    asyncio.run(kill_it())


def is_running(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
