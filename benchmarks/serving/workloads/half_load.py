"""Single texts that come at random times, half as many as the system could take: how long the slowest wait."""

import numpy as np

from benchmarks.serving.schedules import poisson_schedule
from benchmarks.serving.stage import Stage, Values
from benchmarks.serving.statistics import Row, percentile


def measure(stage: Stage) -> list[Row]:
    """Measure p99 against what a lone caller waits at the median, for every system that scores."""
    requests = stage.requests("thucnews")
    lone, halfway, slowest = (empty_values(stage) for _ in range(3))
    for number, system in enumerate(stage.by_turns(stage.scoring_systems)):
        capacity = stage.closed_loop(system, requests, streams=stage.scale.streams).calls_per_second
        lone[system.name].append(1000 * float(np.median(stage.alone(system, requests).latency)))
        schedule = poisson_schedule(capacity / 2, stage.scale.seconds, len(requests.texts), seed=number)
        latency = 1000 * stage.open_loop(system, requests, schedule).latency
        halfway[system.name].append(float(np.median(latency)))
        slowest[system.name].append(percentile(latency, 99))
    name = "single texts at half of capacity"
    return [
        *stage.rows(name, "median latency of a lone caller", "ms", lone),
        *stage.rows(name, "median latency", "ms", halfway),
        *stage.paired_rows(name, "p99 latency", "ms", slowest, "median latency of a lone caller", lone),
    ]


def empty_values(stage: Stage) -> Values:
    """An empty list for every system that scores."""
    return {system.name: [] for system in stage.scoring_systems}
