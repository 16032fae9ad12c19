"""Writes docs/performance.md from the rows of the serving benchmark: targets first, lost ones said plainly."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.record import machine
from benchmarks.serving.in_process import InProcess
from benchmarks.serving.limits import sentences
from benchmarks.serving.statistics import Row
from benchmarks.serving.systems import SYSTEMS
from benchmarks.serving.targets import NOT_MEASURED, TARGETS, Target

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
_HEAD = """# Performance

Textgate beside other model servers, on the same exported models, in one run: the systems take turns, each figure is the
median of {rounds} rounds, and everything, the load generator included, shares one machine
({machine}). Ratios are medians of the ratios of single rounds.
Every answer was held against the scores of the SavedModel, 1e-5 apart at most, and every call against its gRPC status.
Before it was measured, each system was called for some seconds; Textgate for half a minute, in which it compiles for
the shapes of batches that it sees.

Made by `make bench-serving`; the rows are in [benchmarks/results/serving.json](../benchmarks/results/serving.json).
"""


def write_page(
    rows: Sequence[Row], rounds: int, left_out: dict[str, str], plots: Sequence[str], note: str = ""
) -> None:
    """Write the page.

    Args:
        rows: of the run.
        rounds: of each measurement.
        left_out: systems that were not there, and why.
        plots: paths of pictures, relative to the page.
        note: on how the figures were taken.
    """
    parts = [
        _HEAD.format(rounds=rounds, machine=machine()),
        *([note + "\n"] if note else []),
        "## Targets\n",
        *_targets(rows),
        "## Systems\n",
        *_systems(left_out),
        *(f"![{_title(plot)}]({plot})\n" for plot in plots),
        *_limits(rows),
        "## Figures\n",
        *_tables(rows),
    ]
    PAGE.write_text("\n".join(parts), encoding="utf-8")


def _targets(rows: Sequence[Row]) -> Iterator[str]:
    values = {target: target.value(rows) for target in TARGETS}
    measured = {target: value for target, value in values.items() if value is not None}
    lost = [target for target, value in measured.items() if not target.is_met(value)]
    met = len(measured) - len(lost)
    yield f"Of {len(measured)} targets that were measured, {met} are met and {len(lost)} are lost.\n"
    yield "| target | bound | reached | |\n|---|---|---|---|"
    for target, value in values.items():
        yield f"| {target.about} | {target.bound} | {_reached(target, value)} | {_verdict(target, value)} |"
    for about, reason in NOT_MEASURED.items():
        yield f"| {about} | | {reason} | not measured |"
    yield ""


def _reached(target: Target, value: float | None) -> str:
    return "" if value is None else f"{value:.3g}" + ("×" if target.ratio_to else "")


def _verdict(target: Target, value: float | None) -> str:
    if value is None:
        return "not measured"
    return "met" if target.is_met(value) else "**lost**"


def _systems(left_out: dict[str, str]) -> Iterator[str]:
    yield "| system | how it ran |\n|---|---|"
    for system in (*SYSTEMS, InProcess):
        yield f"| {system.name} | {left_out.get(system.name, system.about)} |"
    yield "| TensorFlow Serving | not: no Python or Debian package carries it |\n"


def _limits(rows: Sequence[Row]) -> Iterator[str]:
    if found := list(sentences(rows)):
        yield "## What the processors allow\n"
        yield "\n".join(f"- {sentence}" for sentence in found) + "\n"


def _tables(rows: Sequence[Row]) -> Iterator[str]:
    for workload in dict.fromkeys(row["workload"] for row in rows):
        yield f"### {workload}\n"
        yield "| system | figure | median | lowest to highest | |\n|---|---|---|---|---|"
        yield from _lines([row for row in rows if row["workload"] == workload])
        yield ""


def _lines(rows: Sequence[Row]) -> Iterator[str]:
    """A line for each figure of each system, with all that it is held against."""
    figures: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        figures.setdefault((row["system"], row["figure"]), []).append(row)
    for (system, figure), found in figures.items():
        row = found[0]
        unit = f" {row['unit']}" if row["unit"] else ""
        ratios = ", ".join(f"{_number(one['ratio'])}× {one['ratio_to']}" for one in found if one["ratio_to"])
        extremes = "" if row["min"] == row["max"] else f"{_number(row['min'])} to {_number(row['max'])}"
        yield f"| {system} | {figure} | {_number(row['median'])}{unit} | {extremes} | {ratios} |"


def _number(value: float | None) -> str:
    """Plain digits with commas; a dash for what could not be measured."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:g}"


def _title(plot: str) -> str:
    return Path(plot).stem.replace("-", " ")
