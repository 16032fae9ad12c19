"""The unit of work: one data set, one model, one seed, and the settings that it is trained with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.accuracy.models import Model
from benchmarks.accuracy.sets import DataSet
from training.config import TrainingConfig, config_to_dict, load_config
from training.presets import load_preset

Settings = dict[str, Any]
FASTTEXT = {"wordNgrams": 2, "dim": 50, "lr": 0.5}
"""Arguments of fastText beside the epochs, as in published tables."""
_NETWORK_SECTIONS = ("tokenizer", "vocabulary", "model", "ngrams", "fit")


@dataclass(frozen=True)
class Run:
    """One training and its look at test."""

    data_set: DataSet
    model: Model
    seed: int

    def __str__(self) -> str:
        return f"{self.data_set.name}: {self.model.key}, seed {self.seed}"

    def config(self, data: Path, repository: Path) -> TrainingConfig:
        """All settings.

        Args:
            data: folder of all data sets.
            repository: where an export goes.
        """
        overrides = [
            *(f"data.{part}={path}" for part, path in self.data_set.files(data).items()),
            *self.model.settings,
            f"fit.metric={self.data_set.metric}",
            f"fit.seed={self.seed}",
            "baseline.enabled=no",
            f"export.name={self.data_set.name}-{self.model.key}",
            f"export.repository={repository}",
        ]
        return load_config(None, overrides, load_preset(self.model.preset) if self.model.preset else None)

    def settings(self) -> Settings:
        """Those that decide what is trained, by dotted path: without seed and places of files."""
        tree = config_to_dict(self.config(Path(), Path()))
        if self.model.kind == "linear":
            return _flat(tree, ("baseline",), but_for=("baseline.enabled",))
        if self.model.kind == "fasttext":
            epochs = {"epoch": self.data_set.fasttext_epochs}
            return _flat({"fasttext": FASTTEXT | epochs, "tokenizer": tree["tokenizer"]}, ("fasttext", "tokenizer"))
        return _flat(tree, _NETWORK_SECTIONS, but_for=("fit.seed",))


def plan(sets: Sequence[DataSet], models: Sequence[Model], seeds: int) -> Iterator[Run]:
    """All runs: first one of everything, then the next seed."""
    for seed in range(seeds):
        for data_set in sets:
            for model in models:
                if seed == 0 or model.seeded:
                    yield Run(data_set, model, seed)


def changes(before: Settings, now: Settings) -> list[str]:
    """Which settings have other values now, in words; those that came into being or went meanwhile do not count."""
    return [
        f"{path} was {before[path]}, is {now[path]}" for path in before if path in now and before[path] != now[path]
    ]


def _flat(tree: Mapping[str, Any], sections: Sequence[str], but_for: Sequence[str] = ()) -> Settings:
    paths = {f"{section}.{key}": value for section in sections for key, value in tree[section].items()}
    return {path: value for path, value in paths.items() if path not in but_for}
