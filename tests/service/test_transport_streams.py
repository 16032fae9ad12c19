"""ClassifyStream over a real connection."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

from tests.service.fakes import POISON, FakeServable, Gate, expected_scores
from tests.service.running import failure_of, request, serving
from textgate.v1.text_classifier_pb2 import ClassifyRequest


async def test_stream_answers_every_request_in_order(tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        answers = [answer async for answer in running.classifier.ClassifyStream(request(str(i)) for i in range(2, 50))]
    shares = [{label.label: label.score for label in answer.results[0].labels}["b"] for answer in answers]
    assert shares == pytest.approx([expected_scores([i])[1] for i in range(2, 50)])


async def test_stream_without_a_request_ends_well(tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        assert [answer async for answer in running.classifier.ClassifyStream(iter([]))] == []


async def test_first_failure_ends_the_stream_after_the_answers_before_it(tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        call = running.classifier.ClassifyStream(iter([request("2"), request(str(POISON)), request("3")]))
        assert (await call.read()).results
        assert (await failure_of(call.read())).code() is grpc.StatusCode.INTERNAL


async def test_client_may_answer_to_answers(tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        call = running.classifier.ClassifyStream()
        for text in ("2", "3", "4"):
            await call.write(request(text))
            assert (await call.read()).results
        await call.done_writing()
        assert await call.read() is grpc.aio.EOF


async def test_cancelled_stream_frees_its_place_and_its_queued_texts(tmp_path: Path) -> None:
    servable = FakeServable(gate=Gate(closed=True))
    async with serving(tmp_path, servable) as running:
        call = running.classifier.ClassifyStream(request(str(i)) for i in range(2, 6))
        reading = asyncio.ensure_future(call.read())
        await servable.gate.arrival()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await running.service.lifecycle.idle()
        servable.gate.open()
        assert (await running.classifier.Classify(request("9"))).results
    # The batch that was under way, and the call after; what waited was dropped.
    assert [tokens.token_ids.tolist() for tokens in servable.scored][1:] == [[[9]]]


async def test_drain_answers_what_was_read_and_then_ends_the_stream_as_unavailable(tmp_path: Path) -> None:
    servable = FakeServable(gate=Gate(closed=True))

    async def endless() -> AsyncIterator[ClassifyRequest]:
        yield request("2")
        await asyncio.Event().wait()

    async with serving(tmp_path, servable) as running:
        call = running.classifier.ClassifyStream(endless())
        await servable.gate.arrival()
        drain = asyncio.create_task(running.service.drain())
        await running.service.lifecycle.draining.wait()
        servable.gate.open()
        assert (await call.read()).results
        assert (await failure_of(call.read())).code() is grpc.StatusCode.UNAVAILABLE
        await drain


async def test_deadline_of_a_stream_ends_it(tmp_path: Path) -> None:
    servable = FakeServable(gate=Gate(closed=True))
    async with serving(tmp_path, servable) as running:
        call = running.classifier.ClassifyStream(iter([request("2")]), timeout=0.05)
        assert (await failure_of(call.read())).code() is grpc.StatusCode.DEADLINE_EXCEEDED
        await running.service.lifecycle.idle()
        servable.gate.open()
