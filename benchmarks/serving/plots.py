"""Pictures of the overload workload: what is answered in time, and how late, over what is offered."""

import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.serving.line_chart import Axis, Points, line_chart
from benchmarks.serving.page import PAGE
from benchmarks.serving.statistics import Row

PICTURES = PAGE.parent / "images"
_LOAD = re.compile(r"single texts, [\d.]+× capacity, deadline (\d+) ms, (.*)")
OFFERED = "offered"


def draw(rows: Sequence[Row], folder: Path = PICTURES) -> list[str]:
    """Write a picture for each figure that there are rows of, and return their paths relative to the page."""
    loads = [row for row in rows if _LOAD.fullmatch(row["workload"])]
    if not loads:
        return []
    found = _LOAD.fullmatch(loads[0]["workload"])
    assert found
    about = f"single texts, {found[2]}, deadline {found[1]} ms"
    folder.mkdir(exist_ok=True)
    goodput = points_of(loads, "answered in time")
    latency = points_of(loads, "p99 latency")
    pictures = {
        "goodput-over-offered-load": line_chart(
            f"Answered in time: {about}", _offered(goodput), _from_zero("answered in time, 1/s", goodput), goodput
        ),
        "latency-over-offered-load": line_chart(
            f"p99 latency of what was answered: {about}", _offered(latency), _factors("p99, ms", latency), latency
        ),
    }
    for name, picture in pictures.items():
        (folder / f"{name}.svg").write_text(picture, encoding="utf-8")
    return [f"{folder.name}/{name}.svg" for name in pictures]


def points_of(rows: Sequence[Row], figure: str) -> dict[str, Points]:
    """For each system, offered load and figure, in ascending order of load, where there was something to measure."""
    offered = {(row["system"], row["workload"]): row["median"] for row in rows if row["figure"] == OFFERED}
    lines: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        if row["figure"] == figure and row["median"] is not None:
            point = (offered[row["system"], row["workload"]], row["median"])
            lines.setdefault(row["system"], []).append(point)
    return {system: sorted(points) for system, points in lines.items()}


def _offered(lines: dict[str, Points]) -> Axis:
    return Axis("offered, calls/s", 0, max(x for points in lines.values() for x, _ in points) * 1.02)


def _from_zero(title: str, lines: dict[str, Points]) -> Axis:
    return Axis(title, 0, (max(y for points in lines.values() for _, y in points) or 1) * 1.1)


def _factors(title: str, lines: dict[str, Points]) -> Axis:
    heights = [y for points in lines.values() for _, y in points if y > 0]
    return Axis(title, min(heights) / 1.5, max(heights) * 1.5, logarithmic=True)
