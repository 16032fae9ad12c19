"""New versions take over under load, one after another: no call may fail, and the old ones must be gone for good."""

import json
import os
import shutil
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import grpc
import numpy as np

from benchmarks.serving.load import Calls
from benchmarks.serving.process_usage import Usage
from benchmarks.serving.schedules import poisson_schedule
from benchmarks.serving.stage import Requests, Stage
from benchmarks.serving.statistics import Row, against, percentile, row
from benchmarks.serving.systems.textgate import Textgate
from textgate.v1.model_service_pb2 import ListModelsRequest, ModelStatus
from textgate.v1.model_service_pb2_grpc import ModelServiceStub

TAKE_OVER_SECONDS = 120.0
INFO = "assets.extra/model.json"


class Followed(Textgate):
    """A Textgate that looks at its repository all the time."""

    name = "Textgate that polls"
    flags: Sequence[str] = ("--poll-seconds", "0.1")


def measure(stage: Stage) -> list[Row]:
    """Replace the version `reloads` times at half of capacity, and compare with the same load in peace."""
    repository = stage.work / "reload"
    shutil.rmtree(repository, ignore_errors=True)
    directory = repository / stage.model.name
    publish(stage.version, directory, 1)
    requests = stage.requests("thucnews")
    with Followed(directory / "1", stage.labels, stage.work / "logs") as system:
        rate = stage.closed_loop(system, requests, streams=stage.scale.streams).calls_per_second / 2
        replacing = _Replacing(system, stage.version, directory, stage.scale.reloads)
        replacing.replace(2)  # what a first replacement allocates for good is not what fifty leave behind
        quiet = _load(stage, system, requests, rate)
        first = Usage.at_rest(system.pid)
        replacing.start()
        busy: list[Calls] = []
        while replacing.is_alive():
            busy.append(_load(stage, system, requests, rate))
        replacing.join()
        last = Usage.at_rest(system.pid)
    if replacing.error:
        raise replacing.error
    slowest = 1000 * percentile(np.concatenate([calls.latency for calls in busy]), 99)
    slowest_quiet = 1000 * percentile(quiet.latency, 99)
    name = f"{stage.scale.reloads} versions replaced at half of capacity, {stage.model.about}"

    def figure(label: str, unit: str, values: Sequence[float]) -> Row:
        return row(name, Textgate.name, label, unit, values, stage.commit)

    return [
        figure("calls", "", [sum(len(calls.records) for calls in busy)]),
        figure("failed calls", "", [sum(int((~calls.ok).sum()) for calls in busy)]),
        figure("p99 latency without", "ms", [slowest_quiet]),
        against(figure("p99 latency", "ms", [slowest]), [slowest], "p99 latency without", [slowest_quiet]),
        figure("time until the new one serves and the old one is gone", "s", replacing.seconds),
        figure("growth of resident memory since the first", "%", [100 * (last.resident / first.resident - 1)]),
        figure("growth of open files since the first", "", [last.descriptors - first.descriptors]),
        figure("growth of threads since the first", "", [last.threads - first.threads]),
    ]


def publish(version: Path, directory: Path, number: int) -> None:
    """Put the same version under another number: written beside its place, then renamed."""
    unfinished = directory / f".{number}"
    shutil.copytree(version, unfinished, copy_function=os.link)
    info = json.loads((version / INFO).read_text(encoding="utf-8"))
    (unfinished / INFO).unlink()  # a link: writing to it would change the original
    (unfinished / INFO).write_text(json.dumps({**info, "version": str(number)}), encoding="utf-8")
    unfinished.rename(directory / str(number))


def _load(stage: Stage, system: Textgate, requests: Requests, rate: float) -> Calls:
    schedule = poisson_schedule(rate, stage.scale.seconds, len(requests.texts), seed=0)
    return stage.open_loop(system, requests, schedule)


class _Replacing(threading.Thread):
    """Publishes version after version, and removes each one when its successor has taken over."""

    def __init__(self, system: Textgate, version: Path, directory: Path, times: int) -> None:
        super().__init__(name="replacing")
        self._system, self._version, self._directory, self._times = system, version, directory, times
        self.seconds: list[float] = []
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            for number in range(3, self._times + 3):
                self.seconds.append(self.replace(number))
        except Exception as error:  # raised where the thread is joined
            self.error = error

    def replace(self, number: int) -> float:
        """Put a version in the place of the one before it, and return the seconds that it took."""
        started = time.monotonic()
        publish(self._version, self._directory, number)
        with grpc.insecure_channel(f"127.0.0.1:{self._system.port}") as channel:
            models = ModelServiceStub(channel)
            while _served(models) != [number]:
                if time.monotonic() - started > TAKE_OVER_SECONDS:
                    raise RuntimeError(f"version {number} did not take over; known: {_served(models)}")
                time.sleep(0.05)
        shutil.rmtree(self._directory / str(number - 1))
        return time.monotonic() - started


def _served(models: ModelServiceStub) -> list[int]:
    """Versions that are known, provided that all of them are available."""
    found = models.ListModels(ListModelsRequest(), timeout=30).models
    if any(status.state != ModelStatus.AVAILABLE for status in found):
        return []
    return [status.version for status in found]
