"""Single texts with a deadline, from a quarter of capacity to three times as many: how many are answered in time."""

from dataclasses import dataclass

import numpy as np

from benchmarks.serving.load import Calls
from benchmarks.serving.schedules import poisson_schedule
from benchmarks.serving.stage import Stage, Values
from benchmarks.serving.statistics import Row, percentile

DEADLINE_MS = 100
NAME = "single texts, {load:g}× capacity, deadline {deadline} ms"
PEAK = "peak over all loads"


@dataclass(frozen=True)
class Outcome:
    """What became of the calls that were made after the warm-up.

    Attributes:
        offered: calls a second.
        goodput: of those, the ones that were answered within the deadline.
        refused: share that the server ended otherwise before the deadline.
        expired: share of which nothing was heard before the deadline.
        median, p99: latency of those that were answered, in milliseconds.
        p99_refusal, slowest_refusal: milliseconds from a call to its refusal; 0 when there was none.
    """

    offered: float
    goodput: float
    refused: float
    expired: float
    median: float
    p99: float
    p99_refusal: float
    slowest_refusal: float


FIGURES = {
    "offered": ("offered", "1/s"),
    "refused": ("refused", "%"),
    "expired": ("without any answer in time", "%"),
    "median": ("median latency", "ms"),
    "p99": ("p99 latency", "ms"),
    "p99_refusal": ("p99 time to a refusal", "ms"),
    "slowest_refusal": ("slowest refusal", "ms"),
}


def measure(stage: Stage) -> list[Row]:
    """Measure every system that scores at every load, each against its own capacity."""
    requests = stage.requests("thucnews")
    scale = stage.scale
    outcomes: dict[float, dict[str, list[Outcome]]] = {
        load: {system.name: [] for system in stage.scoring_systems} for load in scale.loads
    }
    for number, system in enumerate(stage.by_turns(stage.scoring_systems)):
        capacity = stage.closed_loop(system, requests, streams=scale.streams).calls_per_second
        for load in scale.loads:
            schedule = poisson_schedule(
                load * capacity, scale.warm_up + scale.seconds, len(requests.texts), seed=number
            )
            calls = stage.open_loop(system, requests, schedule, timeout_ms=DEADLINE_MS)
            outcomes[load][system.name].append(outcome_of(calls, scale.warm_up, scale.seconds))
    return [row for load in scale.loads for row in _rows(stage, load, outcomes)]


def outcome_of(calls: Calls, warm_up: float, seconds: float) -> Outcome:
    """Sum up the calls that were due between warm_up and warm_up + seconds."""
    counted = Calls(calls.records[calls.records["scheduled"] >= warm_up], b"")
    records, total = counted.records, max(1, len(counted.records))
    answered = counted.latency[counted.ok]
    waited = 1000 * (records["finished"] - records["sent"])
    is_expired = ~counted.ok & ((records["given_up"] == 1) | (waited >= DEADLINE_MS))
    is_refused = ~counted.ok & ~is_expired
    refusals = waited[is_refused]
    return Outcome(
        offered=len(records) / seconds,
        goodput=float((answered <= DEADLINE_MS / 1000).sum() / seconds),
        refused=100 * float(is_refused.sum()) / total,
        expired=100 * float(is_expired.sum()) / total,
        median=1000 * percentile(answered, 50),
        p99=1000 * percentile(answered, 99),
        p99_refusal=percentile(refusals, 99) if len(refusals) else 0.0,
        slowest_refusal=float(np.max(refusals, initial=0.0)),
    )


def _rows(stage: Stage, load: float, outcomes: dict[float, dict[str, list[Outcome]]]) -> list[Row]:
    name = NAME.format(load=load, deadline=DEADLINE_MS)
    goodput: Values = {system: [one.goodput for one in found] for system, found in outcomes[load].items()}
    peak: Values = {
        system: [max(by_load[system][number].goodput for by_load in outcomes.values()) for number in range(len(found))]
        for system, found in outcomes[load].items()
    }
    rows = stage.paired_rows(name, "answered in time", "1/s", goodput, PEAK, peak)
    for attribute, (figure, unit) in FIGURES.items():
        values = {system: [getattr(one, attribute) for one in found] for system, found in outcomes[load].items()}
        rows += stage.rows(name, figure, unit, values, held_against=lambda other: False)
    return rows
