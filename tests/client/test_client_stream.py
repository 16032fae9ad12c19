"""Streams: order, batches, bounds, and every way in which they end."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, closing
from typing import Any

import grpc
import pytest
from scripted_server import END_OF_STREAM, Failure, ScriptedServer, echo

from textgate import (
    AsyncClient,
    CallCancelledError,
    Client,
    InternalError,
    InvalidArgumentError,
    NotFoundError,
)


def test_a_stream_gives_one_answer_a_batch_in_order(client: Any, server: ScriptedServer) -> None:
    texts = [f"text {number}" for number in range(10)]
    answers = client.stream(texts, batch_size=4, max_in_flight=2)
    assert [len(answer) for answer in answers] == [4, 4, 2]
    assert [result.text for answer in answers for result in answer] == texts
    assert [result.predicted[0] for answer in answers for result in answer] == texts


def test_a_stream_of_nothing_has_no_answers(client: Any) -> None:
    assert client.stream([]) == []


def test_the_options_go_with_every_request_of_a_stream(client: Any, server: ScriptedServer) -> None:
    client.stream(["a", "b"], batch_size=1, model="topics", top_k=1)
    assert [(call.request.model.name, call.request.top_k) for call in server.calls] == [("topics", 1)] * 2


def test_texts_are_read_only_while_there_is_room(client: Any, server: ScriptedServer) -> None:
    read_ahead: list[int] = []
    read = 0

    def texts() -> Iterator[str]:
        nonlocal read
        for number in range(40):
            read += 1
            yield str(number)

    def reply(request: Any, context: grpc.ServicerContext) -> Any:
        last_of_request = int(request.texts[-1])
        read_ahead.append(read - last_of_request - 1)
        return echo(request)

    server.script("ClassifyStream", *[reply] * 20)
    client.stream(texts(), batch_size=2, max_in_flight=3)
    assert len(read_ahead) == 20
    assert max(read_ahead) <= 2 * 3


def test_a_failing_request_ends_the_stream_after_the_answers_before_it(client: Any, server: ScriptedServer) -> None:
    server.script("ClassifyStream", lambda request, _: echo(request), Failure(grpc.StatusCode.NOT_FOUND, "unloaded"))
    with pytest.raises(NotFoundError, match="unloaded") as caught:
        client.stream(["a", "b", "c"], batch_size=1)
    assert [answer[0].text for answer in client.before_failure] == ["a"]
    assert "after 1 texts" in caught.value.__notes__[0]


def test_a_stream_fails_by_the_status_of_the_server_though_writes_fail_too(client: Any, server: ScriptedServer) -> None:
    for _ in range(20):
        server.script("ClassifyStream", lambda request, _: echo(request), Failure(grpc.StatusCode.NOT_FOUND, "gone"))
        with pytest.raises(NotFoundError, match="gone"):
            client.stream(map(str, range(50)), batch_size=1)


def test_a_failing_input_is_raised_after_the_answers_before_it(client: Any) -> None:
    def texts() -> Iterator[str]:
        yield "a"
        yield "b"
        raise OSError("disk is gone")

    with pytest.raises(OSError, match="disk is gone"):
        client.stream(texts(), batch_size=1)
    assert [answer[0].text for answer in client.before_failure] == ["a", "b"]


def test_a_text_that_cannot_be_sent_is_raised_after_the_answers_before_it(client: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="lone surrogate"):
        client.stream(["a", "\ud800"], batch_size=1)
    assert len(client.before_failure) == 1


@pytest.mark.parametrize(
    ("texts", "options", "error", "message"),
    [
        ("one text", {}, TypeError, "use classify for a single text"),
        (["a"], {"batch_size": 0}, ValueError, "batch_size must be at least 1, not 0"),
        (["a"], {"max_in_flight": 0}, ValueError, "max_in_flight must be at least 1, not 0"),
        (["a"], {"top_k": 2**31}, InvalidArgumentError, "top_k"),
    ],
)
def test_wrong_arguments_are_found_before_the_first_text(
    client: Any, texts: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        client.client.classify_stream(texts, **options)


def test_a_server_that_ends_a_stream_early_is_found_out(client: Any, server: ScriptedServer) -> None:
    server.script("ClassifyStream", lambda request, _: echo(request), END_OF_STREAM)
    with pytest.raises(InternalError, match="unanswered"):
        client.stream(["a", "b"], batch_size=1)
    assert len(client.before_failure) == 1


def test_leaving_a_stream_cancels_it(server: ScriptedServer) -> None:
    server.script("ClassifyStream", lambda request, _: echo(request), server.hold)
    with Client(server.target) as client:
        with closing(client.classify_stream(iter(lambda: "again", None), batch_size=1, max_in_flight=2)) as stream:
            assert next(stream)[0].text == "again"
            assert server.reached.wait(10)
        assert server.cancelled.wait(10)


async def test_leaving_an_async_stream_cancels_it(server: ScriptedServer) -> None:
    server.script("ClassifyStream", lambda request, _: echo(request), server.hold)
    async with AsyncClient(server.target) as client:
        async with aclosing(client.classify_stream(iter(lambda: "again", None), batch_size=1)) as stream:
            assert (await anext(stream))[0].text == "again"
            assert await asyncio.to_thread(server.reached.wait, 10)
        assert await asyncio.to_thread(server.cancelled.wait, 10)


async def test_an_async_stream_reads_async_texts(server: ScriptedServer) -> None:
    async def texts() -> AsyncIterator[str]:
        for number in range(5):
            await asyncio.sleep(0)
            yield str(number)

    async with AsyncClient(server.target) as client:
        answers = [answer async for answer in client.classify_stream(texts(), batch_size=2)]
    assert [result.text for answer in answers for result in answer] == ["0", "1", "2", "3", "4"]


async def test_a_cancelled_task_cancels_its_call(server: ScriptedServer) -> None:
    server.script("Classify", server.hold)
    async with AsyncClient(server.target) as client:
        task = asyncio.create_task(client.classify("a"))
        assert await asyncio.to_thread(server.reached.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(server.cancelled.wait, 10)


def test_a_stream_whose_client_is_closed_ends(server: ScriptedServer) -> None:
    server.script("ClassifyStream", lambda request, _: echo(request), server.hold)
    client = Client(server.target)
    stream = client.classify_stream(["a", "b"], batch_size=1)
    next(stream)
    assert server.reached.wait(10)
    client.close()
    with pytest.raises(CallCancelledError):
        next(stream)
