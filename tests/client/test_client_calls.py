"""What either client sends, and what it makes of the answers."""

from datetime import UTC, datetime
from typing import Any

import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from scripted_server import ScriptedServer

from textgate import (
    Classification,
    Encoding,
    InternalError,
    InvalidArgumentError,
    Label,
    LabelScore,
    ModelState,
    ModelStatus,
    OnTooLong,
    Priority,
    ServingStatus,
    Task,
    TextResult,
    Timing,
    Violation,
)
from textgate.v1 import model_service_pb2
from textgate.v1.text_classifier_pb2 import BULK, CHUNK, ClassifyResponse


def test_one_text_is_classified(client: Any, server: ScriptedServer) -> None:
    answer = client.classify("red")
    label = LabelScore("red", 0.25, predicted=True)
    other = LabelScore("other", 0.0, predicted=False)
    result = TextResult("red", (label, other), token_count=1, unknown_token_count=0, truncated=False)
    assert answer == Classification("topics", 3, (result,), Timing(1500, 0, 0, 0, 0))
    assert list(server.calls[0].request.texts) == ["red"]


def test_results_come_in_the_order_of_the_texts(client: Any) -> None:
    answer = client.classify(["b", "a", "c c"])
    assert [result.predicted for result in answer] == [("b",), ("a",), ("c c",)]
    assert answer[2].token_count == 2
    assert len(answer) == 3


def test_every_option_is_sent(client: Any, server: ScriptedServer) -> None:
    options = {"top_k": 2, "min_score": 0.5, "on_too_long": OnTooLong.CHUNK, "priority": Priority.BULK}
    client.classify("a", model="topics", version=7, **options)
    request = server.calls[0].request
    assert (request.model.name, request.model.version, request.top_k) == ("topics", 7, 2)
    assert (request.min_score, request.on_too_long, request.priority) == (0.5, CHUNK, BULK)


def test_a_version_label_is_sent_instead_of_a_version(client: Any, server: ScriptedServer) -> None:
    client.classify("a", model="topics", version_label="stable")
    assert server.calls[0].request.model.version_label == "stable"


@pytest.mark.parametrize(
    ("texts", "options", "field"),
    [
        (["fine", "broken \ud800"], {}, "texts[1]"),
        (["a"], {"top_k": 2**31}, "top_k"),
        (["a"], {"version": 2**63}, "version"),
        (["a"], {"version": 1, "version_label": "stable"}, "version_label"),
    ],
)
def test_what_the_wire_cannot_carry_is_refused_by_name(
    client: Any, server: ScriptedServer, texts: list[str], options: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        client.classify(texts, **options)
    assert [violation.field for violation in caught.value.violations] == [field]
    assert isinstance(caught.value.violations[0], Violation)
    assert server.calls == []


def test_a_text_that_is_no_str_is_a_type_error(client: Any) -> None:
    with pytest.raises(TypeError, match=r"texts\[1\] must be a str, not bytes"):
        client.classify(["a", b"b"])


def test_an_option_that_does_not_exist_is_a_type_error(client: Any) -> None:
    with pytest.raises(TypeError, match="topk"):
        client.classify("a", topk=1)


def test_fewer_results_than_texts_are_a_fault_of_the_server(client: Any, server: ScriptedServer) -> None:
    server.script("Classify", ClassifyResponse())
    with pytest.raises(InternalError, match="0 results for 1 texts"):
        client.classify("a")


def test_models_are_listed_with_state_and_reason(client: Any, server: ScriptedServer) -> None:
    response = model_service_pb2.ListModelsResponse()
    response.models.add(name="topics", version=2, state=model_service_pb2.ModelStatus.AVAILABLE)
    response.models.add(name="topics", version=3, state=model_service_pb2.ModelStatus.FAILED, reason="no model.json")
    server.script("ListModels", response)
    assert client.models() == (
        ModelStatus("topics", 2, ModelState.AVAILABLE),
        ModelStatus("topics", 3, ModelState.FAILED, "no model.json"),
    )


def test_a_state_of_a_newer_server_is_unknown(client: Any, server: ScriptedServer) -> None:
    response = model_service_pb2.ListModelsResponse()
    response.models.add(name="topics", version=2, state=99)
    server.script("ListModels", response)
    assert client.models()[0].state is ModelState.UNKNOWN


def test_a_model_is_described(client: Any, server: ScriptedServer) -> None:
    response = model_service_pb2.GetModelResponse()
    response.status.version = 3
    response.info.task = response.info.MULTI_LABEL
    response.info.encoding = response.info.ONE_HOT
    response.info.labels.add(name="wheat", threshold=0.5)
    response.info.test_metrics["accuracy"] = 0.75
    response.info.created_at.FromJsonString("2026-01-02T03:04:05Z")
    server.script("GetModel", response)
    model = client.model("topics", version=3)
    assert (model.status.version, model.info.task, model.info.encoding) == (3, Task.MULTI_LABEL, Encoding.ONE_HOT)
    assert model.info.labels == (Label("wheat", 0.5),)
    assert model.info.test_metrics == {"accuracy": 0.75}
    assert model.info.created_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (server.calls[0].request.model.name, server.calls[0].request.model.version) == ("topics", 3)


def test_a_model_that_does_not_say_when_it_was_made_has_no_date(client: Any) -> None:
    assert client.model("topics").info.created_at is None


@pytest.mark.parametrize("status", list(ServingStatus))
def test_health_is_asked_by_the_standard_protocol(client: Any, server: ScriptedServer, status: ServingStatus) -> None:
    server.script("Check", HealthCheckResponse(status=HealthCheckResponse.ServingStatus.Value(status.value)))
    assert client.health("topics") is status
    assert server.calls[0].request == HealthCheckRequest(service="topics")


def test_a_closed_client_says_so(make_client: Any, server: ScriptedServer) -> None:
    client = make_client(server.target)
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.classify("a")


def test_closing_twice_is_fine(make_client: Any, server: ScriptedServer) -> None:
    client = make_client(server.target)
    client.close()
    client.close()
