"""Calls of one text each, from 64 callers: calls answered a second, and what each costs of the processor."""

from benchmarks.serving.stage import Rate, Stage
from benchmarks.serving.statistics import Row


def measure(stage: Stage, name: str = "thucnews") -> list[Row]:
    """Measure every system, the empty handler included, on the texts of a set."""
    requests = stage.requests(name)
    rates: dict[str, list[Rate]] = {system: [] for system in stage.systems}
    for system in stage.by_turns(list(stage.systems.values())):
        rates[system.name].append(stage.closed_loop(system, requests, streams=stage.scale.streams))
    workload = f"single texts of {name}"
    answered = {system: [rate.calls_per_second for rate in found] for system, found in rates.items()}
    servers = {system: [rate.server_ms for rate in found] for system, found in rates.items()}
    generator = {system: [rate.generator_ms for rate in found] for system, found in rates.items()}
    return [
        *stage.rows(workload, "calls answered", "1/s", answered),
        *stage.rows(workload, "processor time of the server a call", "ms", servers, held_against=lambda other: False),
        *stage.rows(workload, "processor time of the caller a call", "ms", generator, held_against=lambda other: False),
    ]
