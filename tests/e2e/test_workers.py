"""Several workers on one port, with a real model: one is killed under load."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest

from benchmarks.server_process import START_SECONDS, ServerProcess
from textgate.v1.text_classifier_pb2 import ClassifyRequest
from textgate.v1.text_classifier_pb2_grpc import TextClassifierStub

CLIENTS = 8
DEATH_SECONDS = 1.0
"""Until the system has closed the connections of a process that was killed."""


class Client:
    """Calls again and again over a connection of its own, without retries."""

    def __init__(self, target: str) -> None:
        self.answers = 0
        self.failures: list[tuple[float, grpc.StatusCode]] = []
        self._target = target
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._call)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _call(self) -> None:
        options = [("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1)]
        with grpc.insecure_channel(self._target, options) as channel:
            classifier = TextClassifierStub(channel)
            while not self._stopped.is_set():
                began = time.monotonic()
                try:
                    classifier.Classify(ClassifyRequest(texts=["good film"]), timeout=30, wait_for_ready=True)
                    self.answers += 1
                except grpc.RpcError as error:
                    self.failures.append((began, error.code()))


@contextmanager
def calling(target: str) -> Iterator[list[Client]]:
    clients = [Client(target) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield clients
    finally:
        for client in clients:
            client.stop()


def wait_until_listening(server: ServerProcess, count: int) -> None:
    ends = time.monotonic() + START_SECONDS
    while len(server.logged("listening")) < count:
        assert time.monotonic() < ends, server.lines
        time.sleep(0.05)


@pytest.mark.slow
def test_a_worker_that_is_killed_under_load_takes_only_its_calls_with_it_and_is_replaced(repository: Path) -> None:
    with ServerProcess("--repository", str(repository), "--workers", "2", "--compile-seconds", "0.5") as server:
        wait_until_listening(server, 2)
        with calling(server.target) as clients:
            time.sleep(1)
            killed_at = time.monotonic()
            os.kill(server.logged("worker started")[0]["pid"], signal.SIGKILL)
            wait_until_listening(server, 3)
            print(f"replaced after {time.monotonic() - killed_at:.1f} s")
            before = [client.answers for client in clients]
            time.sleep(1)
        assert all(client.answers > count for client, count in zip(clients, before, strict=True))
        failures = [failure for client in clients for failure in client.failures]
        assert all(began < killed_at + DEATH_SECONDS for began, _ in failures)
        assert len(failures) <= 2 * CLIENTS
        assert {code for _, code in failures} <= {grpc.StatusCode.UNAVAILABLE}
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
