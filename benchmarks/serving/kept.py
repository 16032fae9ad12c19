"""What a run has measured so far, on disk, so that it can go on after an interruption."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving.answers import Verdict
from benchmarks.serving.statistics import Row, row


@dataclass(frozen=True)
class Measured:
    """What one workload gave on one model: its rows, and the verdicts on the answers, by system."""

    rows: list[Row]
    verdicts: dict[str, Verdict]


class Kept:
    """A folder with a file for each model and workload."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def forget(self, model: str, workload: str) -> None:
        """Have it measured again."""
        self._path(model, workload).unlink(missing_ok=True)

    def find(self, model: str, workload: str) -> Measured | None:
        """What was measured before, if it was."""
        path = self._path(model, workload)
        if not path.exists():
            return None
        content = json.loads(path.read_text(encoding="utf-8"))
        return Measured(content["rows"], {name: Verdict(**found) for name, found in content["verdicts"].items()})

    def put(self, model: str, workload: str, measured: Measured) -> None:
        """Keep it."""
        path = self._path(model, workload)
        path.parent.mkdir(parents=True, exist_ok=True)
        verdicts = {name: vars(verdict) for name, verdict in measured.verdicts.items()}
        path.write_text(json.dumps({"rows": measured.rows, "verdicts": verdicts}), encoding="utf-8")

    def _path(self, model: str, workload: str) -> Path:
        return self._folder / model / f"{workload}.json"


def verdict_rows(about: str, measured: Sequence[Measured], commit: str) -> Iterator[Row]:
    """Sum up what was found when the answers of a model were checked, a few rows a system that scores."""
    workload = f"all answers that were checked, {about}"
    for name in dict.fromkeys(name for one in measured for name in one.verdicts):
        found = [one.verdicts[name] for one in measured if name in one.verdicts]
        if not any(verdict.checked for verdict in found):
            continue
        figures = {
            "failed calls": sum(sum(verdict.failures.values()) for verdict in found),
            "answers checked": sum(verdict.checked for verdict in found),
            "wrong answers": sum(verdict.wrong for verdict in found),
            "largest difference of a score": max(verdict.largest_difference for verdict in found),
        }
        yield from (row(workload, name, figure, "", [value], commit) for figure, value in figures.items())
