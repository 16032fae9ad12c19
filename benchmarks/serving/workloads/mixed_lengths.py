"""Short and long texts together, half of each, at half of what the system can take of them.

The short ones are sent at the same times once more, without the long ones: the difference is what those do to them.
"""

from benchmarks.serving.schedules import merged, poisson_schedule
from benchmarks.serving.stage import Requests, Stage
from benchmarks.serving.statistics import Row, percentile
from benchmarks.serving.workloads.half_load import empty_values


def measure(stage: Stage) -> list[Row]:
    """Measure p99 of the short texts with and without the long ones, for every system that scores."""
    short, long = stage.requests("thucnews"), stage.requests("imdb")
    count = min(len(short.texts), len(long.texts))
    both = Requests("mixed", short.texts[:count] + long.texts[:count], short.right[:count] + long.right[:count])
    mixed, alone, slow = (empty_values(stage) for _ in range(3))
    for number, system in enumerate(stage.by_turns(stage.scoring_systems)):
        rate = stage.closed_loop(system, _alternating(both, count), streams=stage.scale.streams).calls_per_second / 4
        short_starts = poisson_schedule(rate, stage.scale.seconds, count, seed=number)
        long_starts = poisson_schedule(rate, stage.scale.seconds, count, seed=1000 + number, first_message=count)
        calls = stage.open_loop(system, both, merged(short_starts, long_starts))
        is_short = calls.records["message"] < count
        mixed[system.name].append(1000 * percentile(calls.latency[is_short], 99))
        slow[system.name].append(1000 * percentile(calls.latency[~is_short], 99))
        alone[system.name].append(1000 * percentile(stage.open_loop(system, both, short_starts).latency, 99))
    name = "thucnews and imdb mixed, at half of capacity"
    return [
        *stage.rows(name, "p99 latency of thucnews alone", "ms", alone),
        *stage.paired_rows(name, "p99 latency of thucnews", "ms", mixed, "p99 latency of thucnews alone", alone),
        *stage.rows(name, "p99 latency of imdb", "ms", slow),
    ]


def _alternating(both: Requests, count: int) -> Requests:
    """A short one, a long one, and so on."""
    order = [index for pair in zip(range(count), range(count, 2 * count), strict=True) for index in pair]
    return Requests("alternating", [both.texts[index] for index in order], [both.right[index] for index in order])
