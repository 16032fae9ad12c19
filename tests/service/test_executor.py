import asyncio
import threading
import weakref

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


async def test_work_that_nobody_wants_any_more_is_not_begun() -> None:
    worker, gate, ran = WorkerThread("worker"), threading.Event(), []
    held = worker.run(gate.wait, 10)
    unwanted = worker.run(ran.append, "unwanted")
    wanted = worker.run(ran.append, "wanted")
    unwanted.cancel()
    gate.set()
    await asyncio.gather(held, wanted)
    await worker.close()
    assert ran == ["wanted"]
    assert worker.finished == 2


async def test_thread_that_hangs_can_be_given_up() -> None:
    worker, gate, ran = WorkerThread("worker"), threading.Event(), []
    futures = [worker.run(gate.wait, 10), worker.run(ran.append, "too late")]
    worker.give_up(lambda: OSError("gone"))
    futures.append(worker.run(ran.append, "much too late"))
    for future in futures:
        with pytest.raises(OSError, match="gone"):
            await future
    await worker.close()  # without waiting for the thread
    thread = worker._thread
    assert thread is not None
    assert thread.daemon
    gate.set()
    await asyncio.to_thread(thread.join, 10)
    assert not thread.is_alive()
    assert ran == []


async def test_closed_thread_takes_no_work() -> None:
    worker = WorkerThread("worker")
    await worker.close()
    with pytest.raises(RuntimeError, match="worker is closed"):
        worker.run(int)


async def test_nothing_that_was_worked_on_is_kept() -> None:
    class Work:
        def do(self) -> None:
            pass

    worker, work = WorkerThread("worker"), Work()
    kept = weakref.ref(work)
    await worker.run(work.do)
    await worker.run(int)  # the thread is beyond it
    del work
    assert kept() is None
    await worker.close()


async def test_thread_is_given_up_while_it_is_being_closed() -> None:
    worker, gate = WorkerThread("worker"), threading.Event()
    held = worker.run(gate.wait, 10)
    close = asyncio.create_task(worker.close())
    await asyncio.sleep(0)
    worker.give_up(lambda: OSError("gone"))
    await close
    with pytest.raises(OSError, match="gone"):
        await held
    gate.set()
