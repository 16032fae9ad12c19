"""Further accept loops on a real server: as good as the library's own, and no harm where the library is another."""

import asyncio
from typing import Any

import grpc
import pytest

from service.accept_loops import AcceptLoops

METHOD = "/test.Service/Method"


class Echo:
    """Answers with what it was sent; may be held up, and counts."""

    def __init__(self) -> None:
        self.by_loops = self.by_library = self.running = self.cancelled = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def answer(self, request: bytes) -> bytes:
        self.running += 1
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1
        return request

    async def of_loops(self, request: bytes, _context: object) -> bytes:
        self.by_loops += 1
        return await self.answer(request)

    async def of_library(self, request: bytes, _context: object) -> bytes:
        self.by_library += 1
        return await self.answer(request)


class Fixture:
    """A started server with a client."""

    def __init__(self, loops: int) -> None:
        self.echo = Echo()
        self.server = grpc.aio.server()
        by_library = grpc.unary_unary_rpc_method_handler(self.echo.of_library)
        self.server.add_registered_method_handlers("test.Service", {"Method": by_library})
        self.port = self.server.add_insecure_port("127.0.0.1:0")
        handler = grpc.unary_unary_rpc_method_handler(self.echo.of_loops)
        self.loops = AcceptLoops(self.server, METHOD, handler, loops)
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{self.port}")
        self.call: Any = self.channel.unary_unary(METHOD)

    async def start(self) -> bool:
        await self.server.start()
        return self.loops.start()

    async def stop(self) -> None:
        await self.channel.close()
        await self.server.stop(None)


@pytest.fixture
async def fixture() -> Any:
    made = Fixture(loops=4)
    assert await made.start(), "this release of grpcio has other parts: look at service/accept_loops.py"
    yield made
    await made.stop()


async def test_many_calls_at_once_are_answered_each_with_its_own(fixture: Fixture) -> None:
    requests = [str(number).encode() for number in range(200)]
    assert await asyncio.gather(*map(fixture.call, requests)) == requests
    assert fixture.echo.by_loops > fixture.echo.by_library
    assert fixture.echo.by_loops + fixture.echo.by_library == 200


async def test_a_client_that_gives_up_cancels_its_call(fixture: Fixture) -> None:
    fixture.echo.gate.clear()
    with pytest.raises(grpc.aio.AioRpcError, match="DEADLINE_EXCEEDED"):
        await asyncio.gather(*(fixture.call(b"x", timeout=0.2) for _ in range(6)))
    while fixture.echo.running:
        await asyncio.sleep(0.01)
    assert fixture.echo.cancelled == 6


async def test_stopping_finishes_the_calls_that_were_accepted_and_ends_the_loops(fixture: Fixture) -> None:
    fixture.echo.gate.clear()
    answers = asyncio.gather(*(fixture.call(b"x") for _ in range(6)))
    while fixture.echo.running < 6:
        await asyncio.sleep(0.01)
    stopping = asyncio.create_task(fixture.server.stop(10))
    await asyncio.sleep(0.05)
    fixture.echo.gate.set()
    assert await answers == [b"x"] * 6
    await asyncio.wait_for(stopping, 5)
    assert not [task for task in asyncio.all_tasks() if "AcceptLoops._accept" in repr(task.get_coro())]


async def test_a_library_that_is_made_otherwise_is_left_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.accept_loops._Parts.HANDLE", ("method_name", "handlers"))
    made = Fixture(loops=4)
    assert not await made.start()
    assert await made.call(b"x") == b"x"
    assert made.echo.by_library == 1
    await made.stop()
