"""Calls of one text each, from 64 callers: calls answered a second."""

from benchmarks.serving.stage import Stage, Values
from benchmarks.serving.statistics import Row


def measure(stage: Stage, name: str = "thucnews") -> list[Row]:
    """Measure every system, the empty handler included, on the texts of a set."""
    requests = stage.requests(name)
    rates: Values = {system: [] for system in stage.systems}
    for system in stage.by_turns(list(stage.systems.values())):
        rates[system.name].append(stage.closed_loop(system, requests, streams=stage.scale.streams))
    return stage.rows(f"single texts of {name}", "calls answered", "1/s", rates)
