"""The run as a whole: its name, what it refuses early, what it leaves, and what test has no say in."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from tests.exports import Export
from training import run
from training.config import DataConfig, ExportConfig, TrainingConfig, load_config
from training.errors import ConfigError, CorpusError, ExportError
from training.export.exporter import VersionContent
from training.export.golden import read_golden
from training.ngrams import NgramBranch, fit_ngram_branch
from training.progress import SilentProgress
from training.run import default_name, resolve_config, run_training
from training.tokenizer import Tokenizer


class CtrlC(SilentProgress):
    """Presses Ctrl-C when a message begins so."""

    def __init__(self, beginning: str) -> None:
        self._beginning = beginning

    def message(self, text: str) -> None:
        if text.startswith(self._beginning):
            raise KeyboardInterrupt


def config_of(folder: Path, **export: Any) -> TrainingConfig:
    """A run on a file of few texts, which gives a warning before it trains."""
    train = folder / "reviews.csv"
    train.write_text("text,label\n" + "".join(f"text {n},{('good', 'bad')[n % 2]}\n" for n in range(16)))
    return TrainingConfig(DataConfig(str(train)), export=ExportConfig(repository=str(folder / "models"), **export))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("trec/train.tsv", "trec"),
        ("trec/Train.jsonl.gz", "trec"),
        ("my reviews.csv.gz", "my-reviews"),
        ("reviews-2.0.csv", "reviews-2"),
        ("评论.csv", "model"),
        ("评论/data.csv", "model"),
        ("_mails_.csv", "mails"),
        ("a" * 200 + ".csv", "a" * 128),
    ],
)
def test_a_file_gives_its_name_and_one_named_for_its_part_that_of_its_folder(
    tmp_path: Path, path: str, name: str
) -> None:
    file = tmp_path / path
    file.parent.mkdir(exist_ok=True)
    file.touch()
    assert default_name(str(file)) == name


@pytest.mark.parametrize(("path", "name"), [("bbc.news", "bbc.news"), ("bbc/train", "bbc"), ("bbc/train/", "bbc")])
def test_a_folder_gives_its_whole_name(tmp_path: Path, path: str, name: str) -> None:
    (tmp_path / path).mkdir(parents=True)
    assert default_name(f"{tmp_path}/{path}") == name


def test_a_path_without_folder_is_seen_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails/train.csv").touch()
    monkeypatch.chdir(tmp_path / "mails")
    assert default_name("train.csv") == "mails"


def test_a_given_name_is_kept_and_an_empty_one_completed(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    resolved = resolve_config(config)
    assert resolved == replace(config, export=replace(config.export, name="reviews"))
    assert resolve_config(resolved) is resolved


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": "a b"}, "model name 'a b'"),
        ({"version": -1}, "must be positive"),
        ({"name": "taken", "version": 1}, "exists, and a version never changes"),
    ],
)
def test_what_cannot_be_exported_is_refused_before_any_file_is_read(
    tmp_path: Path, change: dict[str, Any], error: str
) -> None:
    (tmp_path / "models/taken/1").mkdir(parents=True)
    config = replace(config_of(tmp_path, **change), data=DataConfig(str(tmp_path / "missing.csv")))
    with pytest.raises(ExportError, match=error):
        run_training(config, SilentProgress())


@pytest.mark.parametrize(("data", "error"), [({"train": "missing.csv"}, CorpusError), ({"train": ""}, ConfigError)])
def test_an_error_leaves_nothing_behind(tmp_path: Path, data: dict[str, str], error: type[Exception]) -> None:
    config = TrainingConfig(DataConfig(**data), export=ExportConfig(repository=str(tmp_path / "models")))
    with pytest.raises(error):
        run_training(config, SilentProgress())
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_before_training_leaves_nothing_behind(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        run_training(config, CtrlC("warning: train"))
    assert [entry.name for entry in tmp_path.iterdir()] == ["reviews.csv"]


def test_the_resolved_settings_are_saved_before_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved: list[TrainingConfig] = []

    def prepare(config: TrainingConfig, message: Callable[[str], None]) -> None:
        saved.extend(map(load_config, tmp_path.glob("models/reviews/.staging-*/assets.extra/config.json")))
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "prepare_parts", prepare)
    config = config_of(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        run_training(config, SilentProgress())
    assert saved == [resolve_config(config)]


@dataclass(frozen=True)
class InterruptedRun:
    """A run with the settings of an exported version and another test part, ended by Ctrl-C as the export began.

    Attributes:
        version: the exported version.
        content: what the run would have exported.
        left_behind: what stands in the repository afterwards.
        branch_sizes: texts that the n-gram branch was fitted on, each time.
    """

    version: Path
    content: VersionContent
    left_behind: list[Path]
    branch_sizes: list[int]


@pytest.fixture(scope="module")
def interrupted(exports: list[Export], tmp_path_factory: pytest.TempPathFactory) -> InterruptedRun:
    export = next(export for export in exports if export.name == "multi_label-one_hot-bidirectional_lstm")
    folder = tmp_path_factory.mktemp("interrupted")
    test = write_wrong_labels(folder / "test.jsonl", export.test)
    overrides = [f"data.test={test}", f"export.repository={folder / 'models'}"]
    config = load_config(export.directory / "assets.extra/config.json", overrides)
    contents: list[VersionContent] = []
    sizes: list[int] = []

    def interrupt(content: VersionContent, staging: Path, version: int) -> None:
        contents.append(content)
        raise KeyboardInterrupt

    def fit_branch(tokenizer: Tokenizer, texts: Sequence[str], *rest: Any, **options: Any) -> NgramBranch:
        sizes.append(len(texts))
        return fit_ngram_branch(tokenizer, texts, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "export_saved_model", interrupt)
        patch.setattr(run, "fit_ngram_branch", fit_branch)
        with pytest.raises(KeyboardInterrupt):
            run_training(config, SilentProgress())
    left_behind = [entry for entry in folder.iterdir() if entry != test]
    return InterruptedRun(export.directory, contents[0], left_behind, sizes)


def write_wrong_labels(path: Path, test: Path) -> Path:
    """The first twenty texts of a multi-label part, each with labels that it does not have."""
    rows = [json.loads(line) for line in test.read_text(encoding="utf-8").splitlines()[:20]]
    wrong = [row | {"labels": [] if row["labels"] else ["sport"]} for row in rows]
    path.write_text("".join(json.dumps(row) + "\n" for row in wrong), encoding="utf-8")
    return path


def test_ctrl_c_at_the_export_leaves_nothing_behind(interrupted: InterruptedRun) -> None:
    assert interrupted.left_behind == []


def test_the_same_settings_give_the_same_scores_whatever_test_holds(interrupted: InterruptedRun) -> None:
    golden = read_golden(interrupted.version)
    scores = interrupted.content.module.serving_default(tf.constant(golden.texts))["scores"].numpy()
    np.testing.assert_allclose(scores, golden.scores, rtol=0, atol=1e-5)


def test_the_ngram_branch_is_fitted_on_dev_too_once_dev_has_chosen(interrupted: InterruptedRun) -> None:
    sizes = json.loads(interrupted.content.report["metrics.json"])["part_sizes"]
    assert interrupted.branch_sizes == [sizes["train"], sizes["train"] + sizes["dev"]]


def test_test_chooses_neither_weights_nor_temperature_nor_thresholds(interrupted: InterruptedRun) -> None:
    expected = json.loads((interrupted.version / "assets.extra/report/metrics.json").read_text(encoding="utf-8"))
    found = json.loads(interrupted.content.report["metrics.json"])
    assert found["part_sizes"] == expected["part_sizes"] | {"test": 20}
    assert found["network"]["metrics"] != expected["network"]["metrics"]
    for key in ("temperature", "thresholds", "dev_error_after"):
        assert found["calibration"][key] == pytest.approx(expected["calibration"][key], abs=1e-4)
    assert found["fit"]["best_epoch"] == expected["fit"]["best_epoch"]
    for epoch, other in zip(found["fit"]["history"], expected["fit"]["history"], strict=True):
        assert epoch["dev_loss"] == pytest.approx(other["dev_loss"], abs=1e-5)
    assert (found["vocabulary_size"], found["data_fingerprint"]) == (
        expected["vocabulary_size"],
        expected["data_fingerprint"],
    )
