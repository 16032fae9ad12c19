import asyncio

import pytest

from service.limits import BatchingConfig, CompilationConfig
from service.models.served_model import ServedModel
from tests.service.fakes import Clock, GatedCompiler, tokens_of


async def test_version_is_not_closed_while_it_is_being_compiled(caplog: pytest.LogCaptureFixture) -> None:
    servable = GatedCompiler()
    compilation = CompilationConfig(seconds=1, wanted_batches=1)
    model = ServedModel("numbers", 1, servable, BatchingConfig(), compilation, Clock())
    await model.batcher.score(tokens_of([250]), None)  # asks for its shape
    await servable.compiler_gate.arrival()
    close = asyncio.create_task(model.close())
    for _ in range(50):
        await asyncio.to_thread(int)  # as good a chance as any to close it too early
    assert not servable.closed
    servable.compiler_gate.open()
    await close
    assert servable.closed
    assert servable.compiled == [(1, 4)]
    assert "compiling failed" not in caplog.text
