"""Rows of the tables: means over the seeds, and what stands there from before."""

import shlex
import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.accuracy.kept import REPEATED_SECONDS, KeptRuns, Outcome
from benchmarks.accuracy.models import MODELS, Model
from benchmarks.accuracy.runs import Run
from benchmarks.accuracy.sets import SETS, DataSet

Row = dict[str, Any]
DEFAULT = "default-embedding"
"""Key of rows from before there were presets: the defaults with n-gram branch, which `balanced` writes out."""
_REPLACED = {"balanced": ("balanced", DEFAULT)}


def make_rows(kept: KeptRuns) -> list[Row]:
    """One row for each data set, model and metric of which there are runs."""
    return [
        _row(data_set, model, metric, outcomes)
        for data_set in SETS.values()
        for model in MODELS.values()
        if (outcomes := kept.outcomes(data_set, model))
        for metric in data_set.metrics
    ]


def merge(before: Iterable[Row], now: Sequence[Row]) -> list[Row]:
    """The rows of now, and those from before that no run has replaced, in the order of the page.

    Runs of a model replace all its rows for that data set, even rows of more seeds.
    """
    replaced = {(row["set"], key) for row in now for key in _REPLACED.get(row["key"], (row["key"],))}
    return sorted([*(row for row in before if (row["set"], row["key"]) not in replaced), *now], key=_place)


def without_measured(runs: Iterable[Run], rows: Iterable[Row], seeds: int) -> list[Run]:
    """The runs of models that have no rows for their data set, or rows of fewer seeds than they should be of."""
    measured = {(row["set"], row["key"]): row for row in rows}
    return [run for run in runs if not _is_enough(measured.get((run.data_set.name, run.model.key)), run.model, seeds)]


def _is_enough(row: Row | None, model: Model, seeds: int) -> bool:
    if row is None:
        return False
    return not model.seeded or row["seeds"] >= seeds or (row["train_seconds"] or 0) > REPEATED_SECONDS


def _place(row: Row) -> tuple[int, int]:
    """Data sets and models in their order; a model that is no longer run stands behind the presets."""
    keys = list(MODELS)
    place = 2 * keys.index(row["key"]) if row["key"] in keys else 2 * keys.index("accuracy") + 1
    return list(SETS).index(row["set"]), place


def _row(data_set: DataSet, model: Model, metric: str, outcomes: Sequence[Outcome]) -> Row:
    values = [100 * outcome["metrics"][metric] for outcome in outcomes]
    options = ["--data", outcomes[0]["data"], "--sets", data_set.name, "--models", model.key]
    return {
        "set": data_set.name,
        "model": outcomes[0]["name"],
        "preset": model.preset or ("default" if model.kind == "alone" else None),
        "metric": metric,
        "mean": round(statistics.mean(values), 2),
        "spread": round(statistics.stdev(values), 2) if len(values) > 1 else None,
        "seeds": len(values),
        "train_seconds": round(statistics.mean(outcome["seconds"] for outcome in outcomes), 1),
        "parameters": outcomes[0]["parameters"],
        "commit": _distinct(outcomes, "commit"),
        "key": model.key,
        "peak_mib": max(outcome["peak_mib"] for outcome in outcomes),
        "command": shlex.join(["python", "-m", "benchmarks.accuracy", *options, "--seeds", str(len(values))]),
        "machine": _distinct(outcomes, "machine"),
        "note": _distinct(outcomes, "note"),
    }


def _distinct(outcomes: Iterable[Outcome], key: str) -> str:
    """The different values there are, without empty ones."""
    return ", ".join(dict.fromkeys(outcome[key] for outcome in outcomes if outcome[key]))
