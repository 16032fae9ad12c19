"""`python -m service` as a process of its own, called by a real stub, stopped by signals."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from benchmarks.drain import drain_once
from benchmarks.hostile_inputs import attack, is_unharmed
from benchmarks.server_process import ServerProcess
from service.healthcheck import main as healthcheck
from tests.service.running import make_repository
from tests.service.tiny_version import LABELS, reference_scores
from textgate.v1.model_service_pb2 import ListModelsRequest, ModelStatus
from textgate.v1.model_service_pb2_grpc import ModelServiceStub
from textgate.v1.text_classifier_pb2 import ClassifyRequest
from textgate.v1.text_classifier_pb2_grpc import TextClassifierStub

FAKE_SERVER = "tests.e2e.fake_server"


@pytest.fixture
def fake_repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path, "fake")


@pytest.fixture(scope="module")
def server(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with a good model and a broken one."""
    root = tmp_path_factory.mktemp("served")
    shutil.copytree(repository / "tiny", root / "tiny")
    shutil.copytree(repository / "tiny" / "1", root / "tiny" / "2")
    (root / "tiny" / "2" / "saved_model.pb").write_bytes(b"torn")
    with ServerProcess("--repository", str(root), "--compile-seconds", "1") as process:
        process.wait_until_serving()
        yield process


@pytest.fixture
def channel(server: ServerProcess) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(server.target) as channel:
        yield channel


def test_scores_are_those_of_the_reference(channel: grpc.Channel) -> None:
    texts = ["good film", "", "坏 电影", "news \x00 sport"]
    reply = TextClassifierStub(channel).Classify(ClassifyRequest(texts=texts))
    for text, result in zip(texts, reply.results, strict=True):
        scores = {label.label: label.score for label in result.labels}
        assert [scores[label] for label in LABELS] == pytest.approx(reference_scores(text), abs=1e-5)


def test_older_version_serves_when_the_newest_is_broken_and_the_reason_is_told(channel: grpc.Channel) -> None:
    statuses = ModelServiceStub(channel).ListModels(ListModelsRequest()).models
    assert [(status.version, status.state) for status in statuses] == [
        (1, ModelStatus.AVAILABLE),
        (2, ModelStatus.FAILED),
    ]
    assert "saved_model.pb" in statuses[1].reason


def test_model_has_a_health_of_its_own(channel: grpc.Channel) -> None:
    reply = HealthStub(channel).Check(HealthCheckRequest(service="tiny"))
    assert reply.status == HealthCheckResponse.SERVING


def test_healthcheck_command_tells_serving_from_the_rest(
    server: ServerProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    port = server.target.rpartition(":")[2]
    assert healthcheck([], {"TEXTGATE_PORT": port}) == 0
    assert healthcheck([server.target, "--service", "tiny"], {}) == 0
    assert healthcheck([server.target, "--service", "nobody"], {}) == 1
    assert healthcheck(["127.0.0.1:1", "--timeout", "0.5"], {}) == 1
    assert "UNAVAILABLE" in capsys.readouterr().err


def test_healthcheck_imports_nothing_heavy() -> None:
    script = "import sys, service.healthcheck; print('tensorflow' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_settings_are_logged_once(server: ServerProcess) -> None:
    (line,) = server.logged("settings")
    assert line["max_texts"] == 1024


def test_hostile_inputs_leave_the_server_unharmed(server: ServerProcess) -> None:
    figures = attack(server.target, inputs=300, seed=7)
    assert is_unharmed(figures), figures
    assert figures["codes"].keys() >= {"OK", "INVALID_ARGUMENT", "NOT_FOUND"}


def test_no_accepted_call_is_lost_when_the_server_is_told_to_stop(fake_repository: Path) -> None:
    for _ in range(2):
        outcome = drain_once(fake_repository, clients=8, module=FAKE_SERVER)
        assert len(outcome.accepted) > 8
        assert outcome.lost == set()
        assert outcome.unclean == set()
        assert outcome.exit_code == 0


def test_second_signal_ends_the_server_at_once(fake_repository: Path) -> None:
    with ServerProcess("--repository", str(fake_repository), module=FAKE_SERVER) as server:
        server.wait_until_serving()
        with grpc.insecure_channel(server.target) as channel:
            never_done = TextClassifierStub(channel).Classify.future(ClassifyRequest(texts=["0"]))
            server.wait_for("scoring without end")
            server.signal(signal.SIGTERM)
            server.wait_for("draining")
            server.signal(signal.SIGTERM)
            assert server.wait() == 128 + signal.SIGTERM
            assert never_done.code() is grpc.StatusCode.UNAVAILABLE


def test_server_without_any_model_says_so_and_stays(tmp_path: Path) -> None:
    with ServerProcess("--repository", str(tmp_path)) as server:
        with grpc.insecure_channel(server.target) as channel:
            reply = HealthStub(channel).Check(HealthCheckRequest())
        assert reply.status == HealthCheckResponse.NOT_SERVING
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
    assert server.logged(
        "not serving: no model of the repository could be loaded; ListModels and the lines above say why"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "x"], "--port (or TEXTGATE_PORT) must be a whole number from 0 to 65535, not 'x'"),
        ([], "no model repository"),
        (["--repository", "/nowhere/at/all", "--port", "0"], "cannot read /nowhere/at/all"),
        (["--repository", ".", "--port", "0", "--host", "192.0.2.1"], "cannot listen on 192.0.2.1:0"),
    ],
)
def test_what_cannot_be_started_ends_with_one_clear_line_and_code_2(arguments: list[str], message: str) -> None:
    done = subprocess.run([sys.executable, "-m", "service", *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert message in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
