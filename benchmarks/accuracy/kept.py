"""What is kept of finished runs: a JSON file each, so that nothing is trained twice."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.accuracy.models import Model
from benchmarks.accuracy.runs import Run, changes
from benchmarks.accuracy.sets import DataSet

Outcome = dict[str, Any]
REPEATED_SECONDS = 300
"""A run that takes longer is not repeated with other seeds."""


@dataclass(frozen=True)
class KeptRuns:
    """The outcomes below a folder: <folder>/<set>/<model>-<seed>.json."""

    folder: Path

    def path(self, run: Run) -> Path:
        """Where the outcome of a run is, or will be."""
        return self.folder / run.data_set.name / f"{run.model.key}-{run.seed}.json"

    def read(self, run: Run) -> Outcome | None:
        """The outcome; None when there is none that was trained with the settings of today."""
        outcome = self._any(run)
        return None if outcome is None or changes(outcome["settings"], run.settings()) else outcome

    def outcomes(self, data_set: DataSet, model: Model) -> list[Outcome]:
        """Those of all seeds that count, by seed."""
        names = (path.stem.rpartition("-") for path in (self.folder / data_set.name).glob("*.json"))
        seeds = sorted(int(seed) for key, _, seed in names if key == model.key)
        found = [self.read(Run(data_set, model, seed)) for seed in seeds]
        return [outcome for outcome in found if outcome is not None]

    def write(self, run: Run, outcome: Outcome) -> None:
        """Keep an outcome, whole or not at all."""
        path = self.path(run)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(outcome, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        unfinished.replace(path)

    def changes(self, run: Run) -> list[str]:
        """Why an outcome that is there does not count: which settings were others."""
        outcome = self._any(run)
        return [] if outcome is None else changes(outcome["settings"], run.settings())

    def is_long(self, run: Run) -> bool:
        """Whether the first seed took so long that others are not asked for."""
        first = self.read(Run(run.data_set, run.model, 0))
        return run.seed > 0 and first is not None and first["seconds"] > REPEATED_SECONDS

    def missing(self, runs: Iterable[Run]) -> list[Run]:
        """Those still to be done."""
        return [run for run in runs if self.read(run) is None and not self.is_long(run)]

    def _any(self, run: Run) -> Outcome | None:
        path = self.path(run)
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
