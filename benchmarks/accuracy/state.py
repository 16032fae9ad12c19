"""Which runs are there and which are missing, in words."""

from collections.abc import Sequence
from itertools import groupby

from benchmarks.accuracy.kept import REPEATED_SECONDS, KeptRuns
from benchmarks.accuracy.runs import Run


def describe(runs: Sequence[Run], kept: KeptRuns) -> str:
    """A line for each data set and model, and a sum."""
    ordered = sorted(runs, key=_place)  # stable: seeds stay in their order
    lines = [_line(list(group), kept) for _, group in groupby(ordered, key=_place)]
    missing = kept.missing(runs)
    return "\n".join(
        [*lines, f"{len(runs) - len(missing)} of {len(runs)} runs need nothing; {len(missing)} are missing"]
    )


def _place(run: Run) -> tuple[str, str]:
    return run.data_set.name, run.model.key


def _line(runs: Sequence[Run], kept: KeptRuns) -> str:
    states: dict[str, list[int]] = {}
    for run in runs:
        states.setdefault(_state(run, kept), []).append(run.seed)
    said = (f"{state} {', '.join(map(str, seeds))}" for state, seeds in states.items())
    return f"{runs[0].data_set.name:13} {runs[0].model.key:20} {'; '.join(said)}"


def _state(run: Run, kept: KeptRuns) -> str:
    if kept.read(run) is not None:
        return "there: seed"
    if kept.is_long(run):
        return f"not wanted, for one takes more than {REPEATED_SECONDS} s: seed"
    if changed := kept.changes(run):
        return f"missing, for {' and '.join(changed)}: seed"
    return "missing: seed"
