"""The run as a whole: its name, what it refuses early, what it leaves, and what test has no say in."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.exports import Export, training
from training import run
from training.config import DataConfig, ExportConfig, TrainingConfig, load_config
from training.errors import ConfigError, CorpusError, ExportError
from training.progress import SilentProgress
from training.record import RunRecord
from training.run import default_name, resolve_config, run_training


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
    """A run with the settings of an exported version and another test part, ended by Ctrl-C as the export began."""

    exported: dict[str, Any]
    record: RunRecord
    left_behind: list[Path]


@pytest.fixture(scope="module")
def interrupted(exports: list[Export], tmp_path_factory: pytest.TempPathFactory) -> InterruptedRun:
    folder = tmp_path_factory.mktemp("interrupted")
    export = next(export for export in exports if export.name == "multi_label-embedding")
    test = folder / "test.jsonl"
    rows = [json.loads(line) for line in export.test.read_text(encoding="utf-8").splitlines()]
    for row in rows:  # all of it wrong
        row["labels"] = [] if row["labels"] else ["sport"]
    test.write_text("".join(json.dumps(row) + "\n" for row in rows[:20]), encoding="utf-8")
    overrides = [f"data.test={test}", f"export.repository={folder / 'models'}"]
    config = load_config(export.directory / "assets.extra/config.json", overrides)
    records: list[RunRecord] = []
    with pytest.MonkeyPatch.context() as patch:
        describe = run.describe_model
        patch.setattr(run, "describe_model", lambda record: (records.append(record), describe(record))[1])
        with pytest.raises(KeyboardInterrupt):
            run_training(config, CtrlC("exporting"))
    metrics = json.loads((export.directory / "assets.extra/report/metrics.json").read_text(encoding="utf-8"))
    return InterruptedRun(metrics, records[0], [entry for entry in folder.iterdir() if entry != test])


def test_ctrl_c_during_the_export_leaves_nothing_behind(interrupted: InterruptedRun) -> None:
    assert interrupted.left_behind == []


def test_test_chooses_nothing(interrupted: InterruptedRun) -> None:
    exported, record = interrupted.exported, interrupted.record
    assert record.part_sizes == exported["part_sizes"] | {"test": 20}
    assert record.evaluation.metrics["micro_f1"] < exported["network"]["metrics"]["micro_f1"]
    for epoch, expected in zip(record.fit.history, exported["fit"]["history"], strict=True):
        assert epoch.dev_loss == pytest.approx(expected["dev_loss"], rel=1e-4)
        assert epoch.dev_metrics == pytest.approx(expected["dev_metrics"], rel=1e-4)
    assert record.fit.best_epoch == exported["fit"]["best_epoch"]
    assert record.vocabulary_size == exported["vocabulary_size"]
    assert record.data_fingerprint == exported["data_fingerprint"]
    calibration = exported["calibration"]
    assert record.calibration.temperature == pytest.approx(calibration["temperature"], rel=1e-3)
    assert record.calibration.thresholds.tolist() == pytest.approx(list(calibration["thresholds"].values()), abs=1e-3)


def test_the_config_of_an_exported_version_gives_the_same_scores_again(exports: list[Export], tmp_path: Path) -> None:
    export = next(export for export in exports if export.name == "multi_class-one_hot")
    config = export.directory / "assets.extra/config.json"
    done = training("train", "--config", str(config), "--repository", str(tmp_path), "--json")
    assert done.returncode == 0, done.stderr
    again = Path(json.loads(done.stdout)["directory"])
    assert again == tmp_path / export.name / "1"
    golden = "assets.extra/golden.jsonl"
    assert (again / golden).read_bytes() == (export.directory / golden).read_bytes()
