"""A server process follows its repository, with real models, while it is being called."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest

from benchmarks.server_process import ServerProcess
from tests.service.tiny_version import LABELS, reference_scores
from textgate.v1.model_service_pb2 import ListModelsRequest
from textgate.v1.model_service_pb2_grpc import ModelServiceStub
from textgate.v1.model_spec_pb2 import ModelSpec
from textgate.v1.text_classifier_pb2 import ClassifyRequest
from textgate.v1.text_classifier_pb2_grpc import TextClassifierStub

TEXT = "good film plot"
PATIENCE_SECONDS = 60


class Callers:
    """Threads that call without pause, and note which versions answered and what went wrong."""

    def __init__(self, channel: grpc.Channel, count: int) -> None:
        self.faults: list[str] = []
        self.calls = 0
        self._stub = TextClassifierStub(channel)
        self._newest = 0
        self._changed = threading.Condition()
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._call) for _ in range(count)]

    def wait_for(self, version: int) -> None:
        """Wait until a version has answered."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._newest >= version, PATIENCE_SECONDS), self.faults

    @contextmanager
    def running(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            for thread in self._threads:
                thread.join()

    def _call(self) -> None:
        expected = dict(zip(LABELS, reference_scores(TEXT), strict=True))
        while not self._stopped.is_set():
            try:
                reply = self._stub.Classify(ClassifyRequest(model=ModelSpec(name="tiny"), texts=[TEXT]))
            except grpc.RpcError as error:
                self.faults.append(repr(error))
                return
            scores = {label.label: label.score for label in reply.results[0].labels}
            if scores != pytest.approx(expected, abs=1e-5):
                self.faults.append(f"version {reply.model.version} gave {scores}")
            with self._changed:
                self.calls += 1
                self._newest = max(self._newest, reply.model.version)
                self._changed.notify_all()


def publish(version: Path, target: Path) -> None:
    """Copy a version beside its place, and rename it into it."""
    shutil.copytree(version, target.with_name(f".{target.name}"))
    target.with_name(f".{target.name}").rename(target)


def test_no_call_fails_while_versions_are_published_and_removed(repository: Path, tmp_path: Path) -> None:
    publish(repository / "tiny" / "1", tmp_path / "tiny" / "1")
    arguments = ["--repository", str(tmp_path), "--poll-seconds", "0.1", "--compile-seconds", "0.3"]
    with ServerProcess(*arguments) as server:
        server.wait_until_serving()
        with grpc.insecure_channel(server.target) as channel:
            callers = Callers(channel, count=3)
            with callers.running():
                for version in (2, 3):
                    publish(repository / "tiny" / "1", tmp_path / "tiny" / str(version))
                    callers.wait_for(version)
                    shutil.rmtree(tmp_path / "tiny" / str(version - 1))
            statuses = ModelServiceStub(channel).ListModels(ListModelsRequest()).models
    assert callers.faults == []
    assert callers.calls > 10
    assert statuses[-1].version == 3
