"""What the project wants of its serving, and whether the figures of a run bear it out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.serving.in_process import InProcess
from benchmarks.serving.statistics import Row
from benchmarks.serving.systems import EmptyHandler, MLServer, Textgate, Triton
from benchmarks.serving.workloads.forward_pass import PYTORCH
from benchmarks.serving.workloads.overload import DEADLINE_MS, NAME, PEAK

MODEL = "embedding BiLSTM"


@dataclass(frozen=True)
class Target:
    """A bound on a figure of Textgate, or on its ratio to something.

    Attributes:
        about: in words, for the page.
        workload: how the workload of the row ends or, where it carries a number, begins.
        figure: of the row.
        ratio_to: what the figure is held against; of several that were measured, the best. None: nothing.
        at_least: the lower bound.
        at_most: the upper bound.
    """

    about: str
    workload: str
    figure: str
    ratio_to: tuple[str, ...] | None = None
    at_least: float | None = None
    at_most: float | None = None

    @property
    def bound(self) -> str:
        """In words."""
        times = "×" if self.ratio_to else ""
        return f"≥ {self.at_least:g}{times}" if self.at_least is not None else f"≤ {self.at_most:g}{times}"

    def value(self, rows: Sequence[Row]) -> float | None:
        """What was reached; None when it was not measured."""
        found = [row for row in rows if self._is_about(row)]
        values = [row["ratio"] if self.ratio_to else row["median"] for row in found]
        if self.at_least is not None:  # nothing is won against a system that did not answer
            return min((value for value in values if value is not None), default=None)
        return max((math.inf if value is None else value for value in values), default=None)

    def is_met(self, value: float) -> bool:
        """Whether a value is within the bound."""
        if self.at_least is not None:
            return value >= self.at_least
        return self.at_most is not None and value <= self.at_most

    def _is_about(self, row: Row) -> bool:
        named = row["workload"].endswith(self.workload)
        held = self.ratio_to is None or row["ratio_to"] in self.ratio_to
        return named and held and row["system"] == Textgate.name and row["figure"] == self.figure


_SINGLE, _MANY = f"single texts of thucnews, {MODEL}", f"64 texts of thucnews a call, {MODEL}"
_HALF, _OVER = f"at half of capacity, {MODEL}", f"{NAME.format(load=3, deadline=DEADLINE_MS)}, {MODEL}"
_MIXED, _RELOAD, _SOAK = (
    f"mixed, at half of capacity, {MODEL}",
    f"replaced at half of capacity, {MODEL}",
    "soak, " + MODEL,
)

TARGETS = (
    Target("single texts a second, against Triton", _SINGLE, "calls answered", (Triton.name,), at_least=1.5),
    Target("single texts a second, against MLServer", _SINGLE, "calls answered", (MLServer.name,), at_least=6),
    Target(
        "single texts a second, against a handler that does nothing",
        _SINGLE,
        "calls answered",
        (EmptyHandler.name,),
        at_least=0.7,
    ),
    Target(
        "64 texts a call, against the best peer",
        _MANY,
        "texts scored",
        (Triton.name, MLServer.name),
        at_least=2,
    ),
    Target("64 texts a call, against the engine without gRPC", _MANY, "texts scored", (InProcess.name,), at_least=0.9),
    Target(
        "forward pass of 32 × 256 tokens, against PyTorch",
        f"forward pass of 32 × 256 tokens, {MODEL}",
        "passes",
        (PYTORCH,),
        at_least=2,
    ),
    Target(
        "forward pass of 1 × 16 tokens, against PyTorch",
        f"forward pass of 1 × 16 tokens, {MODEL}",
        "passes",
        (PYTORCH,),
        at_least=2,
    ),
    Target(
        "p99 at half of capacity, against the median of a lone caller",
        f"single texts {_HALF}",
        "p99 latency",
        ("median latency of a lone caller",),
        at_most=3,
    ),
    Target(
        "p99 of short texts among long ones, against the short ones alone",
        _MIXED,
        "p99 latency of thucnews",
        ("p99 latency of thucnews alone",),
        at_most=2,
    ),
    Target("answers in time at 3× capacity, against the peak", _OVER, "answered in time", (PEAK,), at_least=0.9),
    Target("slowest refusal at 3× capacity, in ms", _OVER, "slowest refusal", at_most=20),
    Target("failed calls while versions are replaced", _RELOAD, "failed calls", at_most=0),
    Target(
        "p99 while versions are replaced, against p99 without",
        _RELOAD,
        "p99 latency",
        ("p99 latency without",),
        at_most=2,
    ),
    Target(
        "growth of memory over all replacements, in %", _RELOAD, "growth of resident memory since the first", at_most=2
    ),
    Target("growth of memory over the soak, in %", _SOAK, "growth of resident memory", at_most=2),
    Target("growth of open files over the soak", _SOAK, "growth of open files", at_most=0),
    Target("growth of threads over the soak", _SOAK, "growth of threads", at_most=0),
)

NOT_MEASURED = {
    "one of two workers killed: replaced in less than 5 s": "measured by `make test-slow`, which prints it",
}
"""Targets that this benchmark says nothing of, and why."""
