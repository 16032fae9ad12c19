"""Configurations side by side: what is measured, what is refused before any training, and how it ends early."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import tensorflow as tf

from tests.exports import write_corpus
from tests.training.records import make_evaluation, make_record, without_test
from training import comparison
from training.comparison import BASELINE, BATCHES, ComparisonRow, Contender, compare
from training.config import DataConfig, TrainingConfig, load_config
from training.errors import ConfigError, CorpusError, FitError
from training.parts import Parts, prepare_parts
from training.progress import SilentProgress
from training.record import RunRecord
from training.run import make_content

FAST = {
    "model.architecture": "elman",
    "model.embedding_dim": 4,
    "model.units": 4,
    "fit.epochs": 1,
    "fit.jit_compile": "no",
    "ngrams.enabled": "no",
    "vocabulary.min_count": 1,
}
Outcome = RunRecord | Exception


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Texts for train and test."""
    found = tmp_path_factory.mktemp("comparison")
    for part in ("train", "test"):
        write_corpus(found / f"{part}.jsonl", "multi_class", part)
    return found


def config_of(folder: Path, **changes: Any) -> TrainingConfig:
    """A tiny network on these texts; changes have two underscores for a dot."""
    settings = {"data.train": folder / "train.jsonl", "data.test": folder / "test.jsonl", **FAST}
    settings |= {path.replace("__", "."): value for path, value in changes.items()}
    settings |= {"export.repository": folder / "models"}
    return load_config(None, [f"{path}={value}" for path, value in settings.items()])


def rows_of(*contenders: Contender) -> list[ComparisonRow]:
    return list(compare(contenders, SilentProgress()))


def test_a_real_network_has_the_figures_of_its_run_on_dev_and_leaves_nothing_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records: list[RunRecord] = []

    def spy(config: TrainingConfig, parts: Parts, progress: SilentProgress) -> Any:
        content, record = make_content(config, parts, progress)
        records.append(record)
        return content, record

    monkeypatch.setattr(comparison, "make_content", spy)
    baseline, row = rows_of(Contender("tiny", config_of(folder)))
    (record,) = records
    assert (baseline.name, row.name) == (BASELINE, "tiny")
    assert row.metrics == record.evaluation.metrics
    assert record.evaluation.part == "dev"
    assert (row.seconds, row.parameter_count) == (record.seconds, record.parameter_count)
    assert baseline.parameter_count > 0
    for found in (baseline, row):
        assert found.milliseconds.keys() == set(BATCHES)
        assert min(found.milliseconds.values()) > 0
        assert (found.network_alone, found.is_complete, found.directory) == (None, True, None)
    assert not (folder / "models").exists()


@pytest.fixture(scope="module")
def parts(folder: Path) -> Parts:
    """The texts, read once."""
    return prepare_parts(replace(config_of(folder), data=DataConfig(train=str(folder / "train.jsonl"))), print)


@pytest.fixture
def runs(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Have runs end as given, one after another, without training; returns the architectures that were asked for."""

    def end_so(*outcomes: Outcome) -> list[str]:
        left, asked = list(outcomes), []

        def run(config: TrainingConfig, parts: Parts, progress: SilentProgress) -> Any:
            asked.append(config.model.architecture)
            assert not config.baseline.enabled  # it has a row of its own
            outcome = left.pop(0)
            if isinstance(outcome, Exception):
                raise outcome
            module = SimpleNamespace(serving_default=lambda text: {"scores": tf.zeros((len(text), 3))})
            return SimpleNamespace(module=module), outcome

        monkeypatch.setattr(comparison, "make_content", run)
        monkeypatch.setattr(comparison, "prepare_parts", lambda config, message: parts)
        return asked

    return end_so


def contenders(folder: Path, *architectures: str, **changes: Any) -> list[Contender]:
    changes |= {"baseline__enabled": "no"}
    return [Contender(name, config_of(folder, model__architecture=name, **changes)) for name in architectures]


def test_rows_come_in_the_order_asked_for_and_count_the_weights_of_the_branch(
    folder: Path, runs: Callable[..., list[str]]
) -> None:
    asked = runs(without_test(make_record()), without_test(make_record(ngrams=None)))
    with_branch, without = rows_of(*contenders(folder, "gru", "elman"))
    assert asked == ["gru", "elman"]
    assert [with_branch.name, without.name] == ["gru", "elman"]
    assert (with_branch.parameter_count, without.parameter_count) == (98765 + 54321, 98765)
    assert with_branch.network_alone == make_evaluation(accuracy=0.6875).metrics


def test_a_run_that_goes_astray_is_left_out_and_the_others_go_on(folder: Path, runs: Callable[..., list[str]]) -> None:
    runs(FitError("the loss became nan"), without_test(make_record()))
    assert [row.name for row in rows_of(*contenders(folder, "gru", "elman"))] == ["elman"]


def test_ctrl_c_in_fitting_gives_that_row_and_ends(folder: Path, runs: Callable[..., list[str]]) -> None:
    record = without_test(make_record())
    asked = runs(replace(record, fit=replace(record.fit, stopped_by="interrupt")))
    found = compare(contenders(folder, "gru", "elman"), SilentProgress())
    assert not next(found).is_complete
    with pytest.raises(KeyboardInterrupt):
        next(found)
    assert asked == ["gru"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"data__text_column": "body"}, "one and two have different settings in \\[data\\]"),
        ({"model__units": 0}, "two: model.units must be at least 1"),
    ],
)
def test_what_cannot_be_compared_is_refused_before_any_file_is_read(
    tmp_path: Path, changes: dict[str, Any], error: str
) -> None:
    with pytest.raises(ConfigError, match=error):
        rows_of(Contender("one", config_of(tmp_path)), Contender("two", config_of(tmp_path, **changes)))


def test_another_test_part_makes_no_difference(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"train\.jsonl"):  # the first that is read
        rows_of(Contender("one", config_of(tmp_path)), Contender("two", config_of(tmp_path, data__test="other.csv")))


def test_an_export_is_named_for_the_model_and_the_contender(
    folder: Path, runs: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def export(content: Any, staging: Path, version: int) -> Path:
        return staging.parent / "1"

    runs(without_test(make_record()))
    monkeypatch.setattr(comparison, "export_saved_model", export)
    (row,) = compare(contenders(folder, "gru", export__name="news"), SilentProgress(), export=True)
    assert row.directory == folder / "models/news-gru/1"
