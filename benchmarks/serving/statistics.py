"""From measurements of several rounds to figures: medians, percentiles, ratios."""

import math
import statistics
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Row = dict[str, Any]


def percentile(values: npt.ArrayLike, percent: float) -> float:
    """The nearest-rank percentile: a value that was measured, never one in between; infinite when there are none."""
    ordered = np.sort(np.asarray(values, np.float64))
    if not len(ordered):
        return math.inf
    return float(ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)])


def row(workload: str, system: str, figure: str, unit: str, values: Sequence[float], commit: str) -> Row:
    """A figure with its median and extremes over the rounds, held against nothing.

    A figure that is infinite, such as the latency of answers where there were none, is None.
    """
    return {
        "workload": workload,
        "system": system,
        "figure": figure,
        "unit": unit,
        "median": _rounded(statistics.median(values)),
        "min": _rounded(min(values)),
        "max": _rounded(max(values)),
        "ratio_to": None,
        "ratio": None,
        "commit": commit,
    }


def against(found: Row, values: Sequence[float], name: str, others: Sequence[float]) -> Row:
    """The same figure held against another: the ratio is the median of those of the rounds, taken side by side."""
    ratios = [value / other if other else math.inf for value, other in zip(values, others, strict=True)]
    return {**found, "ratio_to": name, "ratio": _rounded(statistics.median(ratios))}


def _rounded(value: float) -> float | None:
    """Four significant digits, which is more than such measurements know; None where JSON has no number for it."""
    return float(f"{value:.4g}") if math.isfinite(value) else None
