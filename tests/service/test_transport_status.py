"""Every row of the table of status codes, by a real server and a real stub, and none of them UNKNOWN."""

import asyncio
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc.status_pb2 import Status

from service import errors
from service.core import ServerCore
from service.errors import InternalError, ServiceError
from service.status import to_failure
from service.types import ModelSpec
from tests.service.fakes import POISON, FakeServable, Gate
from tests.service.running import (
    BadRequest,
    ErrorInfo,
    RequestInfo,
    RetryInfo,
    detail_of,
    failure_of,
    listening,
    loader_of,
    make_repository,
    request,
    serving,
    trailers_of,
)
from textgate.v1.model_service_pb2 import GetModelRequest
from textgate.v1.model_spec_pb2 import ModelSpec as SpecMessage
from textgate.v1.text_classifier_pb2 import REJECT

INVALID = grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (request(), "texts"),
        (request("1", top_k=-1), "top_k"),
        (request("1", min_score=1.5), "min_score"),
        (request("1", min_score=float("nan")), "min_score"),
        (request("1", explain=True), "explain"),
        (request("1", on_too_long=77), "on_too_long"),
        (request("1", priority=77), "priority"),
        (request("1", "1 2 3 4 5", on_too_long=REJECT), "texts[1]"),
        (request("1", "x" * 11), "texts[1]"),
        (request(*"12345"), "texts"),
        (type(request())(model=SpecMessage(name="fake", version=-3), texts=["1"]), "model.version"),
        (type(request())(model=SpecMessage(name="fake", version_label=""), texts=["1"]), "model.version_label"),
    ],
)
async def test_bad_request_is_invalid_argument_and_names_the_field(bad: Any, field: str, tmp_path: Path) -> None:
    async with serving(tmp_path, max_texts=4, max_characters=10) as running:
        error = await failure_of(running.classifier.Classify(bad))
    assert error.code() is INVALID
    assert [violation.field for violation in detail_of(error, BadRequest).field_violations] == [field]


@pytest.mark.parametrize("garbage", [b"\x12\x02\xff\xfe", b"\x12\x03\xed\xa0\x80", b"\xff" * 20, b"\x12\x7f"])
@pytest.mark.parametrize(
    "method",
    ["/textgate.v1.TextClassifier/Classify", "/textgate.v1.ModelService/GetModel", "/grpc.health.v1.Health/Check"],
)
async def test_bytes_that_are_no_message_are_invalid_argument(garbage: bytes, method: str, tmp_path: Path) -> None:
    data = garbage if "Classify" in method else garbage.replace(b"\x12", b"\x0a")
    async with serving(tmp_path) as running:
        error = await failure_of(running.channel.unary_unary(method)(data))
    assert error.code() is INVALID
    assert "not a valid protobuf message" in error.details()


@pytest.mark.parametrize("method", ["/textgate.v1.TextClassifier/Classify", "/textgate.v1.ModelService/GetModel"])
async def test_a_call_that_ends_without_a_request_is_invalid_argument(method: str, tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        error = await failure_of(running.channel.stream_unary(method)(iter([])))
    assert error.code() is INVALID
    assert "without a request" in error.details()


async def test_a_call_whose_deadline_is_too_near_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_core: ServerCore, remaining: float | None) -> None:
        assert remaining is not None
        assert 5 < remaining < 11  # the library rounds up
        raise errors.DeadlineExceededError("the server is busy")

    monkeypatch.setattr(ServerCore, "check_arrival", busy)
    async with serving(tmp_path) as running:
        classify = running.channel.unary_unary("/textgate.v1.TextClassifier/Classify")
        error = await failure_of(classify(b"no message at all", timeout=10))
        assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert error.details() == "the server is busy"
        assert detail_of(error, ErrorInfo).reason == "DEADLINE_EXCEEDED"
        assert detail_of(error, RequestInfo).request_id == trailers_of(error)["x-request-id"]


async def test_garbage_within_a_stream_ends_it_after_the_answers_before_it(tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        call = running.channel.stream_stream("/textgate.v1.TextClassifier/ClassifyStream")(
            iter([request("1").SerializeToString(), b"\x12\x02\xff\xfe", request("2").SerializeToString()])
        )
        assert await call.read() is not grpc.aio.EOF
        error = await failure_of(call.read())
    assert error.code() is INVALID


@pytest.mark.parametrize(
    "spec",
    [
        SpecMessage(name="nobody"),
        SpecMessage(name="fake", version=9),
        SpecMessage(name="fake", version_label="stable"),
    ],
)
async def test_unknown_model_version_and_label_are_not_found(spec: SpecMessage, tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        for call in (
            running.classifier.Classify(type(request())(model=spec, texts=["1"])),
            running.models.GetModel(GetModelRequest(model=spec)),
        ):
            assert (await failure_of(call)).code() is grpc.StatusCode.NOT_FOUND


async def test_full_server_is_resource_exhausted_and_says_when_to_come_back(tmp_path: Path) -> None:
    servable = FakeServable(gate=Gate(closed=True))
    async with serving(tmp_path, servable, max_in_flight=1) as running:
        held = asyncio.ensure_future(running.classifier.Classify(request("1")))
        await servable.gate.arrival()
        error = await failure_of(running.classifier.Classify(request("1")))
        servable.gate.open()
        await held
        assert (await running.classifier.Classify(request("1"))).results
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert int(trailers_of(error)["grpc-retry-pushback-ms"]) == 100
    assert detail_of(error, RetryInfo).retry_delay.ToMilliseconds() == 100


async def test_full_queue_is_resource_exhausted_with_pushback(tmp_path: Path) -> None:
    servable = FakeServable(gate=Gate(closed=True))
    async with serving(tmp_path, servable, queue_texts=2, max_texts=2) as running:
        held = [asyncio.ensure_future(running.classifier.Classify(request("1", "2")))]
        await servable.gate.arrival()
        both = [asyncio.ensure_future(running.classifier.Classify(request("1", "2"))) for _ in range(2)]
        (refused,), waiting = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        error = await failure_of(refused)
        servable.gate.open()
        await asyncio.gather(*held, *waiting)
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert int(trailers_of(error)["grpc-retry-pushback-ms"]) > 0


async def test_message_too_large_is_resource_exhausted(tmp_path: Path) -> None:
    async with serving(tmp_path, max_message_bytes=1024) as running:
        error = await failure_of(running.classifier.Classify(request("x" * 2000)))
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_deadline_that_passes_in_the_queue_is_deadline_exceeded_and_never_computed(tmp_path: Path) -> None:
    servable = FakeServable(gate=Gate(closed=True))
    async with serving(tmp_path, servable) as running:
        held = asyncio.ensure_future(running.classifier.Classify(request("1")))
        await servable.gate.arrival()
        error = await failure_of(running.classifier.Classify(request("2"), timeout=0.05))
        servable.gate.open()
        await held
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert [tokens.token_ids.tolist() for tokens in servable.scored] == [[[1]]]


async def test_calls_are_unavailable_while_models_load(tmp_path: Path) -> None:
    repository = make_repository(tmp_path, "fake")
    async with listening(repository, loader_of(FakeServable())) as running:
        error = await failure_of(running.classifier.Classify(request("1")))
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert "loading" in error.details()


async def test_calls_are_unavailable_while_draining_though_accepted_ones_finish(tmp_path: Path) -> None:
    servable = FakeServable(gate=Gate(closed=True))
    async with serving(tmp_path, servable) as running:
        held = asyncio.ensure_future(running.classifier.Classify(request("1")))
        await servable.gate.arrival()
        drain = asyncio.create_task(running.service.drain())
        await running.service.lifecycle.draining.wait()
        error = await failure_of(running.classifier.Classify(request("1")))
        servable.gate.open()
        assert (await held).results
        await drain
    assert error.code() is grpc.StatusCode.UNAVAILABLE


async def test_fault_of_ours_is_internal_with_an_id_that_the_log_has_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(tmp_path) as running:
        error = await failure_of(running.classifier.Classify(request(str(POISON))))
    error_id = detail_of(error, ErrorInfo).metadata["error_id"]
    assert error.code() is grpc.StatusCode.INTERNAL
    assert error.details() == f"internal error; quote error id {error_id} when you report it"
    assert error_id in caplog.text
    assert "poisoned" in caplog.text


async def test_exception_that_nobody_foresaw_is_internal_and_never_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(_message: object) -> ModelSpec:
        raise KeyError("secret")

    monkeypatch.setattr("service.servicers.conversion.to_spec", explode)
    async with serving(tmp_path) as running:
        single = await failure_of(running.classifier.Classify(request("1")))
        stream = await failure_of(running.classifier.ClassifyStream(iter([request("1")])).read())
    for error in (single, stream):
        assert error.code() is grpc.StatusCode.INTERNAL
        assert "secret" not in error.details()


async def test_cancellation_from_within_is_internal_and_leaves_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cancelled(*_arguments: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr("service.core.ServerCore.classify", cancelled)
    async with serving(tmp_path) as running:
        error = await failure_of(running.classifier.Classify(request("1"), timeout=5))
    assert error.code() is grpc.StatusCode.INTERNAL


async def test_cancelled_call_is_cancelled_and_is_no_longer_counted(tmp_path: Path) -> None:
    servable = FakeServable(gate=Gate(closed=True))
    async with serving(tmp_path, servable) as running:
        call = running.classifier.Classify(request("1"))
        waiting = asyncio.ensure_future(call.code())
        await servable.gate.arrival()
        call.cancel()
        assert await waiting is grpc.StatusCode.CANCELLED
        await running.service.lifecycle.idle()
        servable.gate.open()


async def test_unknown_method_is_unimplemented(tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        error = await failure_of(running.channel.unary_unary("/textgate.v1.TextClassifier/Sing")(b""))
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_every_failure_tells_the_request_id(tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        error = await failure_of(running.classifier.Classify(request(), metadata=(("x-request-id", "mine-1"),)))
    assert trailers_of(error)["x-request-id"] == "mine-1"
    assert detail_of(error, RequestInfo).request_id == "mine-1"


def test_every_error_of_ours_has_a_status_code_and_none_is_unknown() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ServiceError)]
    assert len(kinds) >= 7
    for kind in kinds:
        assert to_failure(kind("x"), "id").code not in (grpc.StatusCode.UNKNOWN, grpc.StatusCode.OK)
    assert to_failure(InternalError("x"), "id").code is grpc.StatusCode.INTERNAL


async def test_huge_unknown_name_still_gets_its_status(tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        error = await failure_of(running.classifier.Classify(request("1", model="名" * 100_000)))
    assert error.code() in (grpc.StatusCode.NOT_FOUND, INVALID)
    assert len(error.details().encode()) <= 512


async def test_a_thousand_violations_still_fit_the_trailers(tmp_path: Path) -> None:
    async with serving(tmp_path, max_characters=1) as running:
        error = await failure_of(running.classifier.Classify(request(*["好好"] * 1000)))
    assert error.code() is INVALID
    assert 1 <= len(detail_of(error, BadRequest).field_violations) < 1000


async def test_pass_that_never_ends_does_not_hold_up_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.run.STUCK_SECONDS", 0.05)
    servable = FakeServable(gate=Gate(closed=True))
    async with serving(tmp_path, servable, drain_seconds=0.05) as running:
        call = asyncio.ensure_future(failure_of(running.classifier.Classify(request("1"))))
        await servable.gate.arrival()
        await running.service.drain()
        assert (await call).code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
    servable.gate.open()


@pytest.mark.parametrize("request_id", ["0" * 32, "f" * 32, "short", "x" * 128])
def test_each_failure_names_its_own_request(request_id: str) -> None:
    for message in ("full", "busy"):
        error = errors.ResourceExhaustedError(message, retry_after_ms=70)
        failure = to_failure(error, request_id)
        status = Status.FromString(dict(failure.trailers)["grpc-status-details-bin"])
        assert (status.code, status.message) == (8, message)
        info, of_request, retry = ErrorInfo(), RequestInfo(), RetryInfo()
        for detail, unpacked in zip(status.details, (info, of_request, retry), strict=True):
            assert detail.Unpack(unpacked)
        assert info.reason == "RESOURCE_EXHAUSTED"
        assert of_request.request_id == request_id
        assert retry.retry_delay.ToMilliseconds() == 70
