import asyncio
import threading

import pytest

from service.executor import WorkerThread


async def test_work_runs_in_one_thread_of_its_own_in_order() -> None:
    worker = WorkerThread("worker")
    seen: list[tuple[int, int]] = []
    await asyncio.gather(*(worker.run(lambda n: seen.append((n, threading.get_ident())), n) for n in range(20)))
    await worker.close()
    assert [number for number, _ in seen] == list(range(20))
    assert len({thread for _, thread in seen}) == 1
    assert seen[0][1] != threading.get_ident()


async def test_exception_reaches_the_caller() -> None:
    worker = WorkerThread("worker")
    with pytest.raises(ZeroDivisionError):
        await worker.run(lambda: 1 // 0)
    await worker.close()


async def test_close_lets_accepted_work_finish() -> None:
    worker = WorkerThread("worker")
    started, go = threading.Event(), threading.Event()

    def work() -> str:
        started.set()
        assert go.wait(timeout=10)
        return "done"

    running = worker.run(work)
    waiting = worker.run(lambda: "done too")
    assert await asyncio.to_thread(started.wait, 10)
    closing = asyncio.create_task(worker.close())
    go.set()
    await closing
    assert [await running, await waiting] == ["done", "done too"]
