"""Measuring: exported versions speak for presets, unseen texts are unseen, and an interrupted run is none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.accuracy import measure as measure_module
from benchmarks.accuracy.measure import measure, unseen_accuracy
from benchmarks.accuracy.models import MODELS
from benchmarks.accuracy.runs import Run
from benchmarks.accuracy.sets import SETS, UNSEEN
from training.config import DataConfig, TrainingConfig
from training.evaluation import Evaluation, Mistake
from training.progress import SilentProgress

TEXTS = [("good", "pos"), ("fine", "pos"), ("nice", "pos"), ("bad", "neg"), ("awful", "neg"), ("poor", "neg")] * 20
TEST = [("a good one", "pos"), ("a bad one", "neg"), ("a fine one", "pos"), ("an awful one", "neg")]


def write(path: Path, rows: list[tuple[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in rows), encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write(tmp_path / "trec" / "train.tsv", [(f"{text} {number}", label) for number, (text, label) in enumerate(TEXTS)])
    write(tmp_path / "trec" / "test.tsv", TEST)
    return tmp_path


def run(key: str, name: str = "trec") -> Run:
    return Run(SETS[name], MODELS[key], 0)


def test_the_linear_model_is_trained_and_tested(data: Path, tmp_path: Path) -> None:
    outcome = measure(run("linear"), data, tmp_path / "models", SilentProgress())
    assert outcome["name"] == "TF-IDF linear"
    assert outcome["metrics"]["accuracy"] == 1
    assert outcome["parameters"] > 100
    assert outcome["seconds"] > 0


def finished(stopped_by: str = "epochs") -> Any:
    fit = SimpleNamespace(stopped_by=stopped_by, history=[None] * 6, best_epoch=4, best=None)
    wrong = Evaluation("test", 4, {"accuracy": 0.0}, (), None, ())
    return SimpleNamespace(
        fit=fit,
        evaluation=wrong,
        ngrams=SimpleNamespace(weight=0.5, parameter_count=30, network_alone=wrong),
        parameter_count=12,
        seconds=61.0,
    )


@pytest.fixture
def train(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, list[list[float]]], list[TrainingConfig]]:
    """Let training end with a record, and the export give these scores to the test texts."""

    def train_so(record: Any, scores: list[list[float]]) -> list[TrainingConfig]:
        configs: list[TrainingConfig] = []

        def run_training(config: TrainingConfig, progress: Any) -> Any:
            configs.append(config)
            directory = Path(config.export.repository) / config.export.name / "1"
            directory.mkdir(parents=True)
            return SimpleNamespace(record=record, directory=directory)

        def open_version(directory: Path) -> Any:
            assert directory.is_dir()
            return SimpleNamespace(
                label_names=["neg", "pos"],
                thresholds=np.zeros(2, np.float32),
                scores=lambda texts: np.array([scores[[text for text, _ in TEST].index(text)] for text in texts]),
            )

        monkeypatch.setattr(measure_module, "run_training", run_training)
        monkeypatch.setattr(measure_module, "ExportedModel", SimpleNamespace(open=open_version))
        return configs

    return train_so


def test_the_figures_of_a_preset_are_those_of_the_version_that_it_exports(
    data: Path, tmp_path: Path, train: Callable[..., Any]
) -> None:
    train(finished(), [[0.1, 0.9], [0.9, 0.1], [0.2, 0.8], [0.2, 0.8]])
    outcome = measure(run("speed"), data, tmp_path / "models", SilentProgress())
    assert outcome["metrics"]["accuracy"] == 0.75
    assert outcome["name"] == "BiGRU, embedding, n-grams"
    assert (outcome["parameters"], outcome["seconds"]) == (42, 61.0)
    assert (outcome["branch_weight"], outcome["best_epoch"], outcome["epochs"]) == (0.5, 4, 6)


def test_a_run_that_ctrl_c_ended_early_is_no_run(data: Path, tmp_path: Path, train: Callable[..., Any]) -> None:
    train(finished("interrupt"), [])
    with pytest.raises(KeyboardInterrupt):
        measure(run("speed"), data, tmp_path / "models", SilentProgress())


def test_a_network_alone_is_neither_given_n_grams_nor_exported(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make_content(config: TrainingConfig, parts: Any, progress: Any) -> Any:
        assert (config.model.architecture, config.model.encoding) == ("jordan", "one_hot")
        assert not config.ngrams.enabled
        assert not config.baseline.enabled
        assert parts.sizes["test"] == len(TEST)
        return None, finished()

    monkeypatch.setattr(measure_module, "make_content", make_content)
    outcome = measure(run("jordan-one-hot"), data, tmp_path / "models", SilentProgress())
    assert (outcome["name"], outcome["parameters"]) == ("Jordan, one-hot", 12)
    assert outcome["metrics"] == {"accuracy": 0.0}


def test_unseen_are_the_test_texts_that_stand_neither_in_train_nor_in_dev(tmp_path: Path) -> None:
    write(tmp_path / "train.tsv", [("one", "a"), ("Two", "b")])
    write(tmp_path / "dev.tsv", [("three", "a"), ("x", "b")])
    write(tmp_path / "test.tsv", [("one", "b"), ("two ", "b"), ("three", "a"), ("four", "a"), ("five", "b")])
    config = DataConfig(**{part: str(tmp_path / f"{part}.tsv") for part in ("train", "dev", "test")})
    wrong = tuple(Mistake(text, "", ("a",), ("b",), 1.0) for text in ("one", "two ", "five"))
    evaluation = Evaluation("test", 5, {}, (), None, wrong)
    assert unseen_accuracy(config, evaluation) == 0.5
    assert unseen_accuracy(config, replace(evaluation, mistakes=())) == 1


def test_only_the_set_that_leaks_reports_unseen_texts() -> None:
    assert [name for name, data_set in SETS.items() if UNSEEN in data_set.metrics] == ["chnsenticorp"]
