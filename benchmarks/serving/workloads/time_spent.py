"""Where the time of a call goes in Textgate, by the timing that its replies carry: medians over all calls of a run."""

from collections.abc import Iterator

import numpy as np

from benchmarks.serving.answers import replies_of
from benchmarks.serving.load import Calls
from benchmarks.serving.stage import Stage
from benchmarks.serving.statistics import Row, row
from benchmarks.serving.systems.textgate import Textgate
from textgate.v1.text_classifier_pb2 import ClassifyResponse

PARTS = (
    "tokenizing",
    "waiting for the model",
    "forward pass",
    "rest of the service",
    "transport and caller",
)


def measure(stage: Stage) -> list[Row]:
    """Take apart the calls of a lone caller, and of 64 callers at once."""
    system, requests = stage.systems[Textgate.name], stage.requests("thucnews")
    stage.settle(system, requests, stage.scale.streams)
    callers = {"a lone caller": (1, 1), "64 callers": (stage.scale.connections, stage.scale.streams)}
    rows = []
    for about, (connections, streams) in callers.items():
        runs = [
            stage.call(system, requests, streams, stage.scale.seconds, connections=connections)
            for _ in range(stage.scale.rounds)
        ]
        values = np.array([medians(calls) for calls in runs])
        workload = f"where the time goes, {about}, {stage.model.about}"
        rows += [
            row(workload, system.name, part, unit, values[:, index].tolist(), stage.commit)
            for index, (part, unit) in enumerate([*((part, "ms") for part in PARTS), ("texts in a forward pass", "")])
        ]
    return rows


def medians(calls: Calls) -> list[float]:
    """The median of each of PARTS in milliseconds, and of the texts that shared a forward pass."""
    return np.median(list(_parts(calls)), axis=0).tolist()


def _parts(calls: Calls) -> Iterator[list[float]]:
    for record, reply in replies_of(calls):
        timing = ClassifyResponse.FromString(reply).timing
        spent = [timing.tokenize_us / 1000, timing.queue_us / 1000, timing.compute_us / 1000]
        total = timing.total_us / 1000
        latency = 1000 * (record["finished"] - record["sent"])
        yield [*spent, total - sum(spent), latency - total, timing.batch_size]
