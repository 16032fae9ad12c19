"""Whether marks are reached, in words."""

import textwrap
from collections.abc import Iterator, Sequence

from benchmarks.accuracy.rows import Row
from benchmarks.accuracy.sets import SETS, DataSet, Mark

EXPORTED = "accuracy"
"""The preset whose exported network is held against floor and goal."""
QUICKER = "balanced"
"""The preset that should train in a third of its time and lose a point at most."""
_STATES = ("below the floor", "floor", "goal")


def reached(row: Row, mark: Mark) -> str:
    """Such as "goal", "floor", or "0.40 below the floor"."""
    state = _STATES[_level(row, mark)]
    return f"{mark.floor - row['mean']:.2f} {state}" if state == _STATES[0] else state


def reached_by_all(found: dict[str, Row], data_set: DataSet) -> str:
    """What the rows of one model reach by every metric that has a mark: "goal", "floor" or nothing."""
    levels = [_level(found[metric], mark) for metric, mark in data_set.marks.items() if metric in found]
    return "" if min(levels, default=0) == 0 else _STATES[min(levels)]


def summary(rows: Sequence[Row]) -> str:
    """On which sets the exported network reaches what."""
    sets: dict[int | None, list[str]] = {}
    for data_set in SETS.values():
        sets.setdefault(_set_level(data_set, rows), []).append(data_set.name)
    phrases = {2: "reaches the goal on", 1: "passes the floor on", 0: "stays below the floor on"}
    said = [f"{phrase} {', '.join(sets[level])}" for level, phrase in phrases.items() if level in sets]
    said += [f"is not measured on {', '.join(sets[None])}"] if None in sets else []
    return textwrap.fill(f"Of {len(SETS)} sets the `{EXPORTED}` preset {'; '.join(said)}.", 120)


def verdict(data_set: DataSet, rows: Sequence[Row]) -> str:
    """How the exported network of a set stands beside its marks and the linear model."""
    if _set_level(data_set, rows) is None:
        return f"`{EXPORTED}` is not measured yet."
    found = _by_metric(data_set, EXPORTED, rows)
    linear = _by_metric(data_set, "linear", rows)
    said = [_beside(metric, row, data_set, linear.get(metric)) for metric, row in found.items()]
    return " ".join([*said, *_saved(data_set, rows)])


def _saved(data_set: DataSet, rows: Sequence[Row]) -> Iterator[str]:
    """What the quicker preset saves and loses, beside what it should."""
    quick, best = (_by_metric(data_set, key, rows).get(data_set.metric) for key in (QUICKER, EXPORTED))
    if quick and best:
        loss = round(best["mean"] - quick["mean"], 2)
        changed = f"loses {loss:.2f}" if loss >= 0 else f"gains {-loss:.2f}"
        share = quick["train_seconds"] / best["train_seconds"]
        kept = share <= 1 / 3 and loss <= 1
        yield (
            f"`{QUICKER}` takes {share:.2f} of its time and {changed}: {'as' if kept else 'not as'} wanted, a third at "
            "most and 1.00 at most."
        )


def _beside(metric: str, row: Row, data_set: DataSet, linear: Row | None) -> str:
    mark, subject = data_set.marks[metric], f"`{EXPORTED}`"
    if len(data_set.marks) > 1:
        subject += f" by {metric.replace('_f1', '-F1')}"
    level = _level(row, mark)
    if level == 2:
        text = f"{subject} reaches the goal"
    elif level == 1:
        text = f"{subject} passes the floor, and is {mark.goal - row['mean']:.2f} short of the goal"
    else:
        text = f"{subject} stays {mark.floor - row['mean']:.2f} below the floor"
    return text + (f"; it {_versus(row['mean'] - linear['mean'])}." if linear else ".")


def _versus(difference: float) -> str:
    verb = "beats" if difference > 0 else "loses to" if difference < 0 else "equals"
    return f"{verb} the linear model" + (f" by {abs(difference):.2f}" if difference else "")


def _by_metric(data_set: DataSet, key: str, rows: Sequence[Row]) -> dict[str, Row]:
    """The rows of a model that have a mark, in the order of the marks."""
    found = {row["metric"]: row for row in rows if row["set"] == data_set.name and row["key"] == key}
    return {metric: found[metric] for metric in data_set.marks if metric in found}


def _set_level(data_set: DataSet, rows: Sequence[Row]) -> int | None:
    """What is reached by every metric: 0 nothing, 1 the floor, 2 the goal; None without figures."""
    found = _by_metric(data_set, EXPORTED, rows)
    return min((_level(row, data_set.marks[metric]) for metric, row in found.items()), default=None)


def _level(row: Row, mark: Mark) -> int:
    return sum(bool(row["mean"] >= bound) for bound in (mark.floor, mark.goal))
