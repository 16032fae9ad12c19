"""The command line, run in this process against a scripted server."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckResponse
from scripted_server import Failure, ScriptedServer

from textgate.cli import main
from textgate.cli.lines import InputError, read_lines
from textgate.v1 import model_service_pb2

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(server: ScriptedServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command against the scripted server: exit code, output, errors."""
    monkeypatch.setenv("TEXTGATE_TARGET", server.target)
    monkeypatch.delenv("TEXTGATE_TOKEN", raising=False)

    def command(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main(arguments)
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        return code, *capsys.readouterr()

    return command


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Put bytes on standard input."""
    opened = []

    def put(content: bytes) -> None:
        path = tmp_path / "stdin"
        path.write_bytes(content)
        opened.append(path.open())
        monkeypatch.setattr(sys, "stdin", opened[-1])

    yield put
    for file in opened:
        file.close()


def test_texts_of_the_command_line_are_classified(run: Run) -> None:
    assert run("classify", "red", "green") == (0, "red 0.2500\tred\ngreen 0.1667\tgreen\n", "")


def test_all_labels_are_shown_where_a_number_of_them_is_asked_for(run: Run, server: ScriptedServer) -> None:
    assert run("classify", "--top-k", "2", "red")[1] == "red 0.2500, other 0.0000\tred\n"
    assert server.calls[0].request.top_k == 2


def test_the_flags_make_the_request(run: Run, server: ScriptedServer) -> None:
    run("classify", "--model", "topics", "--version", "3", "--min-score", "0.5", "--on-too-long", "chunk", "a")
    request = server.calls[0].request
    assert (request.model.name, request.model.version, request.min_score, request.on_too_long) == ("topics", 3, 0.5, 3)


def test_json_is_an_object_a_text_with_the_version_that_answered(run: Run) -> None:
    lines = run("classify", "--json", "比赛", "b")[1].splitlines()
    assert "比赛" in lines[0]
    first = json.loads(lines[0])
    assert first["labels"][0] == {"label": "比赛", "score": pytest.approx(1 / 3), "predicted": True}
    assert (first["model"], first["version"], first["text"], first["truncated"]) == ("topics", 3, "比赛", False)


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_standard_input_is_read_a_text_a_line(run: Run, stdin: Any, arguments: tuple[str, ...]) -> None:
    stdin("\ufeffred\r\n\n比赛".encode())
    assert run("classify", *arguments)[1] == "red 0.2500\tred\n 1.0000\t\n比赛 0.3333\t比赛\n"


def test_lines_of_standard_input_are_sent_in_batches(run: Run, stdin: Any, server: ScriptedServer) -> None:
    stdin(b"a\nb\nc\n")
    run("classify", "--batch-size", "2")
    assert [list(call.request.texts) for call in server.calls] == [["a", "b"], ["c"]]


def test_input_that_is_not_utf8_is_named_after_the_answers_before_it(run: Run, stdin: Any) -> None:
    stdin(b"a\n\xff\n")
    code, output, errors = run("classify", "--batch-size", "1")
    assert (code, output) == (1, "a 0.5000\ta\n")
    assert errors == "textgate: standard input, line 2: byte 1 is not UTF-8\n"


def test_control_characters_do_not_reach_the_terminal(run: Run) -> None:
    assert run("classify", "a\x1b[31m\nb")[1].endswith("\ta\\x1b[31m\\nb\n")


def test_a_failed_call_says_everything_the_server_said(run: Run, server: ScriptedServer) -> None:
    server.script("Classify", Failure(grpc.StatusCode.NOT_FOUND, "no model 'x'; there is: topics"))
    code, output, errors = run("classify", "--model", "x", "a")
    request_id = server.calls[0].metadata["x-request-id"]
    assert (code, output) == (1, "")
    assert errors == f"textgate: NOT_FOUND: no model 'x'; there is: topics\n  request id: {request_id}\n"


def test_violations_are_listed(run: Run) -> None:
    code, _, errors = run("classify", "fine", "broken \udcff")
    assert code == 1
    assert "  texts[1]: a lone surrogate at character 7" in errors


def test_models_are_a_table(run: Run, server: ScriptedServer) -> None:
    response = model_service_pb2.ListModelsResponse()
    response.models.add(name="topics", version=12, state=2, version_labels=["stable", "new"])
    response.models.add(name="reviews", version=1, state=4, reason="no model.json")
    server.script("ListModels", response, response)
    assert run("models")[1].splitlines() == [
        "MODEL    VERSION  STATE      LABELS      REASON",
        "topics   12       AVAILABLE  stable,new",
        "reviews  1        FAILED     -           no model.json",
    ]
    assert json.loads(run("models", "--json")[1].splitlines()[1]) == {
        "name": "reviews",
        "version": 1,
        "state": "FAILED",
        "reason": "no model.json",
        "version_labels": [],
    }


def test_no_models_are_a_sentence(run: Run) -> None:
    assert run("models") == (0, "The server knows of no models.\n", "")


def test_a_model_is_described(run: Run, server: ScriptedServer) -> None:
    response = model_service_pb2.GetModelResponse()
    response.info.name, response.info.version, response.info.task = "topics", 3, 1
    response.info.labels.add(name="sport")
    response.info.labels.add(name="news")
    response.info.test_metrics["accuracy"] = 0.5
    response.info.created_at.FromJsonString("2026-01-02T03:04:05Z")
    server.script("GetModel", response, response)
    lines = dict(line.split("  ", 1) for line in run("models", "topics")[1].splitlines())
    assert lines["labels"].strip() == "sport, news"
    assert lines["task"].strip() == "MULTI_CLASS"
    assert lines["test accuracy"] == "0.5000"
    described = json.loads(run("models", "topics", "--json")[1])
    assert described["info"]["created_at"] == "2026-01-02T03:04:05+00:00"


@pytest.mark.parametrize(
    ("arguments", "method", "fields"),
    [
        (("load", "topics", "--version", "4"), "LoadModel", {"version": 4}),
        (("load", "topics"), "LoadModel", {"version": 0}),
        (("unload", "topics", "--version", "3"), "UnloadModel", {"version": 3}),
        (("label", "topics", "canary", "4"), "SetLabel", {"label": "canary", "version": 4}),
        (("label", "topics", "canary", "--remove"), "SetLabel", {"label": "canary", "version": 0}),
    ],
)
def test_administration_sends_the_change_and_lists_the_model(
    run: Run, server: ScriptedServer, arguments: tuple[str, ...], method: str, fields: dict[str, Any]
) -> None:
    response = getattr(model_service_pb2, f"{method}Response")()
    response.models.add(name="topics", version=4, state=2, version_labels=["canary"])
    server.script(method, response)
    lines = run("admin", *arguments)[1].splitlines()
    assert lines[1].split() == ["topics", "4", "AVAILABLE", "canary"]
    request = server.calls[0].request
    assert (server.calls[0].method, request.name) == (method, "topics")
    assert {name: getattr(request, name) for name in fields} == fields


def test_traffic_is_set_and_shown(run: Run, server: ScriptedServer) -> None:
    def reply(request: Any, _: Any) -> Any:
        return model_service_pb2.SetTrafficResponse(traffic=request.traffic)

    server.script("SetTraffic", reply, reply)
    code, output, _ = run("admin", "traffic", "topics", "stable=90", "4=10", "--shadow", "canary=0.1")
    assert code == 0
    assert output.splitlines() == [
        "traffic  stable=90, 4=10",
        "shadow   canary=0.1: another best label for 0 of 0 texts; 0 copies dropped, 0 failed",
    ]
    assert [share.version for share in server.calls[0].request.traffic.split] == [0, 4]
    assert run("admin", "traffic", "topics")[1] == "traffic  the newest version\n"


@pytest.mark.parametrize(("status", "code"), [("SERVING", 0), ("NOT_SERVING", 1), ("SERVICE_UNKNOWN", 1)])
def test_health_exits_by_the_status(run: Run, server: ScriptedServer, status: str, code: int) -> None:
    server.script("Check", HealthCheckResponse(status=HealthCheckResponse.ServingStatus.Value(status)))
    assert run("health", "topics") == (code, f"{status}\n", "")
    assert server.calls[0].request.service == "topics"


def test_health_in_json(run: Run) -> None:
    assert json.loads(run("health", "--json")[1]) == {"service": "", "status": "SERVING"}


def test_health_of_no_server_is_a_failure(run: Run) -> None:
    code, output, errors = run("health", "--target", "127.0.0.1:1")
    assert (code, output) == (1, "")
    assert errors.startswith("textgate: UNAVAILABLE")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "COMMAND"),
        (("classify", "--top-k", "x", "a"), "--top-k"),
        (("classify", "--batch-size", "0"), "'0' is not a whole number of at least 1"),
        (("classify", "--timeout", "0", "a"), "'0' is not a number of seconds above 0"),
        (("classify", "--timeout", "nan", "a"), "'nan' is not a number of seconds above 0"),
        (("classify", "--version", "1", "--version-label", "stable", "a"), "not allowed with"),
        (("classify", "--target", "example.com:1", "--token", "t", "a"), "in the clear"),
        (("health", "--tls-cert", "nowhere.pem"), "nowhere.pem"),
        (("health", "--target", ""), "target is empty"),
        (("admin",), "ACTION"),
        (("admin", "traffic", "topics", "stable"), "is not a version or label, =, and a number above 0"),
        (("admin", "load", "topics", "--version", "0"), "'0' is not a whole number of at least 1"),
        (("admin", "label", "topics", "canary"), "one of the arguments VERSION --remove is required"),
        (("admin", "label", "topics", "canary", "4", "--remove"), "not allowed with"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_why(run: Run, arguments: tuple[str, ...], message: str) -> None:
    code, output, errors = run(*arguments)
    assert (code, output) == (2, "")
    assert message in errors


def test_the_token_comes_from_the_environment(
    run: Run, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTGATE_TOKEN", "secret")
    run("classify", "a")
    assert server.calls[0].metadata["authorization"] == "Bearer secret"


@pytest.mark.parametrize("command", ["classify", "models", "health", "admin"])
def test_help_teaches_by_examples(run: Run, command: str) -> None:
    code, output, _ = run(command, "--help")
    assert code == 0
    assert f"examples:\n  textgate {command}" in output
    assert "exit codes:" in output


def test_the_version_of_the_program_is_told(run: Run) -> None:
    assert run("--version")[1] == "textgate 0.1.0\n"


def test_lines_are_given_as_soon_as_they_end() -> None:
    reader, writer = os.pipe()
    try:
        lines = read_lines(reader)
        os.write(writer, b"one\ntw")
        assert next(lines) == "one"
        os.write(writer, b"o\nthree")
        assert next(lines) == "two"
        os.close(writer)
        assert list(lines) == ["three"]
    finally:
        os.close(reader)


def test_a_line_longer_than_a_read_is_one_text(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_text("é" * 200_000 + "\nend\n", encoding="utf-8")
    with path.open("rb") as file:
        assert [len(line) for line in read_lines(file.fileno())] == [200_000, 3]


def test_a_line_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "latin"
    path.write_bytes(b"fine\ncaf\xe9\n")
    with path.open("rb") as file, pytest.raises(InputError, match="line 2: byte 4"):
        list(read_lines(file.fileno()))
