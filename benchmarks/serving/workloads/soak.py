"""A great many calls: what Textgate holds of memory, descriptors and threads must not grow with them."""

from benchmarks.serving.process_usage import Usage
from benchmarks.serving.stage import Stage
from benchmarks.serving.statistics import Row, row
from benchmarks.serving.systems.textgate import Textgate

PARTS = 20
KEEP_EVERY = 100


def measure(stage: Stage) -> list[Row]:
    """Call in equal parts, and compare what is held after the first part with what is held after the last."""
    system = stage.systems[Textgate.name]
    requests = stage.requests("thucnews")
    calls_a_part = max(1, stage.scale.soak_calls // PARTS)
    used: list[Usage] = []
    made, failed = 0, 0
    for _ in range(PARTS):
        calls = stage.generator.closed_loop(
            system.target,
            requests.messages(system),
            seconds=3600,
            connections=stage.scale.connections,
            streams=stage.scale.streams,
            calls=calls_a_part,
            keep_every=KEEP_EVERY,
        )
        stage.judge(system, calls, requests)
        made += len(calls.records)
        failed += int((~calls.ok).sum())
        used.append(Usage.at_rest(system.pid))
    first, last = used[0], used[-1]
    figures = {
        "calls": (made, ""),
        "failed calls": (failed, ""),
        "resident memory after the first twentieth": (first.resident / 2**20, "MiB"),
        "growth of resident memory": (100 * (last.resident / first.resident - 1), "%"),
        "growth of open files": (last.descriptors - first.descriptors, ""),
        "growth of threads": (last.threads - first.threads, ""),
    }
    name = f"soak, {stage.model.about}"
    return [row(name, system.name, figure, unit, [value], stage.commit) for figure, (value, unit) in figures.items()]
