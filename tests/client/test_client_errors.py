"""Every way in which a call can fail has its exception, with the details that the server sent."""

import threading
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RequestInfo, RetryInfo
from google.rpc.status_pb2 import Status
from scripted_server import Failure, ScriptedServer

import textgate
from textgate import (
    CallCancelledError,
    Client,
    DeadlineExceededError,
    InternalError,
    InvalidArgumentError,
    NotFoundError,
    ResourceExhaustedError,
    RetryPolicy,
    TextgateError,
    UnavailableError,
    Violation,
)

ONCE = RetryPolicy(max_attempts=1)
FAILING_CODES = [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK]


def details(*messages: Message) -> tuple[tuple[str, bytes], ...]:
    """What google.rpc says about errors, made by the standard messages."""
    status = Status()
    for message in messages:
        status.details.add().Pack(message)
    return (("grpc-status-details-bin", status.SerializeToString()),)


@pytest.mark.parametrize("code", FAILING_CODES, ids=lambda code: code.name)
def test_every_status_code_has_an_exception_of_its_own(make_client: Any, server: ScriptedServer, code: Any) -> None:
    server.script("Classify", Failure(code, "the reason"))
    with pytest.raises(TextgateError, match="the reason") as caught:
        make_client(server.target, retry=ONCE).classify("a")
    assert type(caught.value) is not TextgateError
    assert caught.value.code == code.name
    assert caught.value.message == "the reason"


def test_no_two_status_codes_share_an_exception() -> None:
    classes = [value for value in vars(textgate).values() if isinstance(value, type)]
    codes = [kind.code for kind in classes if issubclass(kind, TextgateError) and kind is not TextgateError]
    assert sorted(codes) == sorted(code.name for code in FAILING_CODES)


def test_violations_name_the_fields_at_fault(client: Any, server: ScriptedServer) -> None:
    bad_request = BadRequest()
    bad_request.field_violations.add(field="texts[3]", description="is too long")
    trailers = details(ErrorInfo(reason="INVALID_ARGUMENT"), bad_request)
    server.script("Classify", Failure(grpc.StatusCode.INVALID_ARGUMENT, "no", trailers))
    with pytest.raises(InvalidArgumentError) as caught:
        client.classify("a")
    assert caught.value.violations == (Violation("texts[3]", "is too long"),)


def test_an_internal_error_carries_its_error_id(client: Any, server: ScriptedServer) -> None:
    trailers = details(RequestInfo(request_id="r"), ErrorInfo(metadata={"error_id": "e-17"}))
    server.script("Classify", Failure(grpc.StatusCode.INTERNAL, "internal error", trailers))
    with pytest.raises(InternalError) as caught:
        client.classify("a")
    assert caught.value.error_id == "e-17"


@pytest.mark.parametrize(
    ("trailers", "seconds"),
    [
        ((("grpc-retry-pushback-ms", "250"),), 0.25),
        (details(RetryInfo(retry_delay=Duration(seconds=1, nanos=500_000_000))), 1.5),
        ((("grpc-retry-pushback-ms", "-1"),), None),
        ((), None),
    ],
)
def test_an_exhausted_server_says_when_to_come_back(
    make_client: Any, server: ScriptedServer, trailers: tuple[tuple[str, str], ...], seconds: float | None
) -> None:
    server.script("Classify", Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, "queue is full", trailers))
    with pytest.raises(ResourceExhaustedError) as caught:
        make_client(server.target, retry=ONCE).classify("a")
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize("code", ["INVALID_ARGUMENT", "INTERNAL", "RESOURCE_EXHAUSTED"])
def test_damaged_details_do_not_hide_the_status(make_client: Any, server: ScriptedServer, code: str) -> None:
    broken_detail = Status()
    for name in ("BadRequest", "ErrorInfo", "RetryInfo"):
        broken_detail.details.add(type_url=f"type.googleapis.com/google.rpc.{name}", value=b"\xff")
    client = make_client(server.target, retry=ONCE)
    for encoded in (b"\xff\xff", broken_detail.SerializeToString()):
        trailers = (("grpc-status-details-bin", encoded),)
        server.script("Classify", Failure(grpc.StatusCode[code], "so it is", trailers))
        with pytest.raises(TextgateError, match="so it is"):
            client.classify("a")


def test_a_status_without_a_message_is_still_told(client: Any, server: ScriptedServer) -> None:
    server.script("GetModel", Failure(grpc.StatusCode.NOT_FOUND))
    with pytest.raises(NotFoundError, match="NOT_FOUND"):
        client.model("nowhere")


def test_an_error_carries_the_request_id_of_its_call(client: Any, server: ScriptedServer) -> None:
    server.script("Classify", Failure(grpc.StatusCode.NOT_FOUND, "no model"))
    with pytest.raises(NotFoundError) as caught:
        client.classify("a", request_id="order-66")
    assert caught.value.request_id == server.calls[0].metadata["x-request-id"] == "order-66"


def test_no_server_means_unavailable(make_client: Any) -> None:
    with pytest.raises(UnavailableError):
        make_client("127.0.0.1:1", retry=ONCE).classify("a")


def test_a_call_ends_with_its_deadline(client: Any, server: ScriptedServer) -> None:
    server.script("Classify", server.hold)
    with pytest.raises(DeadlineExceededError):
        client.classify("a", timeout=0.2)
    assert server.cancelled.wait(10)


def test_the_deadline_of_the_client_holds_where_the_call_names_none(make_client: Any, server: ScriptedServer) -> None:
    make_client(server.target, timeout=7).classify("a")
    make_client(server.target, timeout=None).classify("a")
    limited, unlimited = (call.seconds_left for call in server.calls)
    assert limited is not None
    assert 5 < limited < 8
    assert unlimited is None or unlimited > 10**6


def test_closing_the_client_cancels_its_calls(server: ScriptedServer) -> None:
    server.script("Classify", server.hold)
    client = Client(server.target)
    caught: list[Exception] = []

    def call() -> None:
        try:
            client.classify("a")
        except TextgateError as error:
            caught.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    assert server.reached.wait(10)
    client.close()
    thread.join(10)
    assert [type(error) for error in caught] == [CallCancelledError]
    assert server.cancelled.wait(10)
