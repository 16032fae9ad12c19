"""The load generator against a real server: every call is made, ends once, and with what the server said."""

import asyncio
from collections.abc import AsyncIterator

import grpc
import numpy as np
import pytest

from benchmarks.serving.answers import replies_of
from benchmarks.serving.load import LoadGenerator, MissingToolError, Target
from benchmarks.serving.schedules import poisson_schedule

pytestmark = pytest.mark.slow  # compiling it takes seconds
ECHO, REFUSED, SILENT = b"echo", b"refused", b"silent"
LARGE = b"x" * 200_000


@pytest.fixture(scope="session")
def generator(tmp_path_factory: pytest.TempPathFactory) -> LoadGenerator:
    try:
        return LoadGenerator(tmp_path_factory.mktemp("load"))
    except MissingToolError as error:
        pytest.skip(str(error))


@pytest.fixture
async def server() -> AsyncIterator[Target]:
    """Echoes, refuses, or never answers, as the message says."""

    async def answer(request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        if request == REFUSED:
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "full")
        if request == SILENT:
            await asyncio.Event().wait()
        return request

    class Handlers(grpc.GenericRpcHandler):
        def service(self, details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
            return grpc.unary_unary_rpc_method_handler(answer)

    running = grpc.aio.server()
    running.add_generic_rpc_handlers((Handlers(),))
    port = running.add_insecure_port("127.0.0.1:0")
    await running.start()
    yield Target(port, "/test.Service/Method")
    await running.stop(None)


async def test_a_closed_loop_makes_as_many_calls_as_asked_for_and_brings_the_replies(
    generator: LoadGenerator, server: Target
) -> None:
    messages = [ECHO, REFUSED, LARGE, b""]
    calls = await asyncio.to_thread(
        generator.closed_loop, server, messages, seconds=60, connections=3, streams=4, calls=100
    )
    assert np.unique(calls.records["message"], return_counts=True)[1].tolist() == [25] * 4
    refused = calls.records["message"] == 1
    assert (calls.records["status"] == np.where(refused, 8, 0)).all()
    assert all(reply == messages[record["message"]] for record, reply in replies_of(calls))
    assert len(list(replies_of(calls))) == 75
    assert (calls.records["finished"] >= calls.records["sent"]).all()


async def test_of_many_calls_few_replies_are_kept(generator: LoadGenerator, server: Target) -> None:
    calls = await asyncio.to_thread(
        generator.closed_loop, server, [ECHO], seconds=60, connections=1, streams=2, calls=100, keep_every=10
    )
    assert (len(calls.records), len(list(replies_of(calls)))) == (100, 10)


async def test_an_open_loop_starts_every_call_of_the_schedule_and_none_early(
    generator: LoadGenerator, server: Target
) -> None:
    schedule = poisson_schedule(200, 1, 2, seed=0)
    calls = await asyncio.to_thread(generator.open_loop, server, [ECHO, REFUSED], schedule, connections=2)
    records = np.sort(calls.records, order="scheduled")
    assert np.array_equal(records["scheduled"], schedule["seconds"])
    assert np.array_equal(records["message"], schedule["message"])
    assert (records["sent"] >= records["scheduled"]).all()


async def test_calls_without_an_answer_are_given_up_at_their_deadline(generator: LoadGenerator, server: Target) -> None:
    schedule = poisson_schedule(200, 0.5, 2, seed=0)
    calls = await asyncio.to_thread(
        generator.open_loop, server, [ECHO, SILENT], schedule, connections=2, timeout_ms=300
    )
    silent = calls.records["message"] == 1
    assert len(calls.records) == len(schedule)
    assert (calls.records["status"][silent] == 4).all()
    # By whoever is first: the server knows the deadline too.
    assert ((calls.records["finished"] - calls.records["sent"])[silent] > 0.25).all()


async def test_without_a_server_calls_end_without_a_status(generator: LoadGenerator) -> None:
    calls = await asyncio.to_thread(
        generator.closed_loop, Target(1, "/test.Service/Method"), [ECHO], seconds=60, connections=1, streams=1, calls=5
    )
    assert calls.records["status"].tolist() == [-1] * 5
