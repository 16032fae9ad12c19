"""What either client and the command line send to administer a server."""

from typing import Any

import grpc
import pytest
from scripted_server import Failure, ScriptedServer

from textgate import (
    FailedPreconditionError,
    InvalidArgumentError,
    ModelState,
    ModelStatus,
    PermissionDeniedError,
    Shadow,
    Traffic,
)
from textgate.v1.model_service_pb2 import (
    GetModelResponse,
    LoadModelResponse,
    SetLabelResponse,
    SetTrafficResponse,
    UnloadModelResponse,
)
from textgate.v1.model_service_pb2 import ModelStatus as StatusMessage

TOPICS = StatusMessage(name="topics", version=4, state=StatusMessage.AVAILABLE, version_labels=["canary"])


def test_version_is_loaded_and_what_is_known_then_is_told(client: Any, server: ScriptedServer) -> None:
    server.script("LoadModel", LoadModelResponse(models=[TOPICS]))
    assert client.load_model("topics", version=4) == (
        ModelStatus("topics", 4, ModelState.AVAILABLE, version_labels=("canary",)),
    )
    assert (server.calls[0].request.name, server.calls[0].request.version) == ("topics", 4)


def test_whole_model_is_meant_without_a_version(client: Any, server: ScriptedServer) -> None:
    assert client.load_model("topics") == ()
    assert client.unload_model("topics") == ()
    assert [call.request.version for call in server.calls] == [0, 0]


def test_version_is_unloaded(client: Any, server: ScriptedServer) -> None:
    server.script("UnloadModel", UnloadModelResponse())
    assert client.unload_model("topics", version=3) == ()
    assert (server.calls[0].request.name, server.calls[0].request.version) == ("topics", 3)


@pytest.mark.parametrize(("version", "sent"), [(4, 4), (None, 0)])
def test_label_is_set_and_taken_off(client: Any, server: ScriptedServer, version: int | None, sent: int) -> None:
    server.script("SetLabel", SetLabelResponse(models=[TOPICS]))
    client.set_label("topics", "canary", version)
    request = server.calls[0].request
    assert (request.name, request.label, request.version) == ("topics", "canary", sent)


def test_traffic_is_sent_whole_and_what_is_set_now_is_told(client: Any, server: ScriptedServer) -> None:
    traffic = Traffic({"stable": 90.0, 4: 10.0}, Shadow("canary", 0.25))
    server.script("SetTraffic", lambda request, _: SetTrafficResponse(traffic=request.traffic))
    assert client.set_traffic("topics", traffic) == traffic
    sent = server.calls[0].request
    assert sent.name == "topics"
    assert [(share.version, share.version_label, share.weight) for share in sent.traffic.split] == [
        (0, "stable", 90),
        (4, "", 10),
    ]
    assert (sent.traffic.shadow.version_label, sent.traffic.shadow.share) == ("canary", 0.25)


def test_no_traffic_is_an_empty_message(client: Any, server: ScriptedServer) -> None:
    assert client.set_traffic("topics", Traffic()) == Traffic()
    assert not server.calls[0].request.traffic.HasField("shadow")


@pytest.mark.parametrize(
    ("traffic", "field"),
    [
        (Traffic({"stable": 0}), "split"),
        (Traffic({0: 1}), "split"),
        (Traffic({}, Shadow("canary", 1.5)), "shadow"),
        (Traffic({}, Shadow(-1, 0.5)), "shadow"),
    ],
)
def test_traffic_that_cannot_be_is_refused_by_name(
    client: Any, server: ScriptedServer, traffic: Traffic, field: str
) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        client.set_traffic("topics", traffic)
    assert [violation.field for violation in caught.value.violations] == [field]
    assert server.calls == []


def test_counts_of_a_shadow_are_told_with_the_model(client: Any, server: ScriptedServer) -> None:
    response = GetModelResponse()
    response.traffic.shadow.version = 4
    response.traffic.shadow.share = 0.5
    response.traffic.shadow.compared_texts = 100
    response.traffic.shadow.disagreeing_texts = 3
    response.traffic.shadow.dropped_calls = 2
    response.traffic.shadow.failed_calls = 1
    server.script("GetModel", response)
    assert client.model("topics").traffic == Traffic({}, Shadow(4, 0.5, 100, 3, 2, 1))


def test_routing_key_goes_with_the_call(client: Any, server: ScriptedServer) -> None:
    client.classify("a", model="topics", routing_key="user-1")
    assert server.calls[0].request.model.routing_key == "user-1"


@pytest.mark.parametrize("version", [0, -1, 2**63])
def test_version_that_cannot_be_is_refused_by_name(client: Any, server: ScriptedServer, version: int) -> None:
    with pytest.raises(InvalidArgumentError, match="version"):
        client.load_model("topics", version=version)
    assert server.calls == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.PERMISSION_DENIED, PermissionDeniedError),
        (grpc.StatusCode.FAILED_PRECONDITION, FailedPreconditionError),
    ],
)
def test_refusal_is_an_error_of_its_own(
    client: Any, server: ScriptedServer, code: grpc.StatusCode, kind: type[Exception]
) -> None:
    server.script("UnloadModel", Failure(code, "not like that"))
    with pytest.raises(kind, match="not like that"):
        client.unload_model("topics")


def test_failed_change_is_not_tried_again(client: Any, server: ScriptedServer) -> None:
    server.script("LoadModel", Failure(grpc.StatusCode.UNAVAILABLE, "the server is shutting down"))
    with pytest.raises(Exception, match="shutting down"):
        client.load_model("topics")
    assert len(server.calls) == 1
