"""Outcomes of runs that nobody trained."""

from typing import Any

from benchmarks.accuracy.models import MODELS
from benchmarks.accuracy.runs import Run
from benchmarks.accuracy.sets import SETS


def run(name: str = "trec", key: str = "speed", seed: int = 0) -> Run:
    return Run(SETS[name], MODELS[key], seed)


def outcome(of: Run, value: float = 0.9, **changed: Any) -> dict[str, Any]:
    """One whose metrics all have the same value."""
    return {
        "name": "BiGRU, embedding, n-grams",
        "metrics": dict.fromkeys(of.data_set.metrics, value),
        "seconds": 61.0,
        "parameters": 1234567,
        "peak_mib": 800,
        "commit": "abc1234",
        "machine": "2 cores",
        "data": "../data",
        "note": "",
        "settings": of.settings(),
    } | changed
