"""A scripted server, and either client in front of it behind one blocking face."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from scripted_server import ScriptedServer

from textgate import AsyncClient, Classification, Client


class BlockingFace:
    """Either client, called the same way, so that one test holds both to the same behaviour."""

    def __init__(self, kind: str, target: str, **options: Any) -> None:
        self.kind = kind
        self._runner = asyncio.Runner() if kind == "async" else None
        try:
            self.client = self._make(target, options)
        except ValueError:
            self._close_loop()
            raise

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.client, name)
        if self._runner is None:
            return method
        return lambda *args, **options: self._run(method(*args, **options))

    def stream(self, texts: Iterable[str], **options: Any) -> list[Classification]:
        """All answers of a stream; those before a failure are in `self.before_failure`."""
        self.before_failure: list[Classification] = []
        if self._runner is None:
            for answer in self.client.classify_stream(texts, **options):
                self.before_failure.append(answer)
        else:
            self._run(self._collect(texts, options))
        return self.before_failure

    def shut(self) -> None:
        if self._runner is None:
            self.client.close()
        else:
            self._run(self.client.close())
            self._close_loop()

    def _close_loop(self) -> None:
        if self._runner is not None:
            self._runner.close()

    def _make(self, target: str, options: dict[str, Any]) -> Any:
        if self._runner is None:
            return Client(target, **options)

        async def make() -> AsyncClient:
            return AsyncClient(target, **options)

        return self._runner.run(make())

    def _run(self, awaitable: Any) -> Any:
        async def wait() -> Any:
            return await awaitable

        assert self._runner is not None
        return self._runner.run(wait())

    async def _collect(self, texts: Iterable[str], options: dict[str, Any]) -> None:
        async for answer in self.client.classify_stream(texts, **options):
            self.before_failure.append(answer)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer()
    scripted.start()
    yield scripted
    scripted.stop()


@pytest.fixture(params=["sync", "async"])
def make_client(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Make clients of either kind; they are closed at the end."""
    made: list[BlockingFace] = []

    def make(target: str, **options: Any) -> BlockingFace:
        made.append(BlockingFace(request.param, target, **options))
        return made[-1]

    yield make
    for client in made:
        client.shut()


@pytest.fixture
def client(make_client: Any, server: ScriptedServer) -> BlockingFace:
    return make_client(server.target, timeout=20)
