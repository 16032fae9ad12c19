"""`train` on the command line: the end of a run as tables or JSON, and exit codes. The run itself is made up."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.training.records import make_evaluation, make_multi_label_record, make_record, without_test
from training import __main__ as training_main
from training import run
from training.cli.result_text import labels_table, result_text
from training.config import TrainingConfig
from training.metrics import LabelMetrics
from training.progress import Progress
from training.record import RunRecord
from training.run import TrainingResult

DIRECTORY = Path("models/news/3")


@pytest.fixture
def configs(monkeypatch: pytest.MonkeyPatch) -> list[TrainingConfig]:
    """The settings of the runs that were asked for; each has the figures of `make_record`."""
    asked: list[TrainingConfig] = []

    def run_training(config: TrainingConfig, progress: Progress) -> TrainingResult:
        asked.append(config)
        return TrainingResult(DIRECTORY, make_record())

    monkeypatch.setattr(run, "run_training", run_training)
    return asked


def train(*arguments: str) -> int:
    return training_main.main(["train", *arguments])


def test_flags_become_settings(configs: list[TrainingConfig], tmp_path: Path) -> None:
    flags = ("--train", "a.csv", "--test", "b.csv", "--name", "news", "--repository", str(tmp_path), "--version", "7")
    assert train(*flags, "--text-column", "body", "--set", "fit.epochs=3") == 0
    (config,) = configs
    assert (config.data.train, config.data.test, config.data.text_column) == ("a.csv", "b.csv", "body")
    assert (config.export.name, config.export.repository, config.export.version) == ("news", str(tmp_path), 7)
    assert config.fit.epochs == 3


def test_a_wrong_setting_ends_before_any_training(
    configs: list[TrainingConfig], capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("--train", "a.csv", "--set", "fit.epoch=3") == 2
    assert "did you mean fit.epochs?" in capsys.readouterr().err
    assert configs == []


def test_json_is_one_object_with_the_place_and_the_figures(
    configs: list[TrainingConfig], capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("--train", "a.csv", "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    found = json.loads(line)
    assert found["directory"] == str(DIRECTORY)
    assert found["network"]["metrics"]["accuracy"] == 0.75


@pytest.mark.parametrize(("share", "code"), [("0.74", 0), ("0.75", 0), ("0.76", 1)])
def test_fail_under_is_held_against_the_metric_that_chose(configs: list[TrainingConfig], share: str, code: int) -> None:
    assert train("--train", "a.csv", "--fail-under", share) == code


def text_of(record: RunRecord) -> str:
    return result_text(TrainingResult(DIRECTORY, record))


def figures(text: str, start: str) -> list[str]:
    (line,) = (line for line in text.splitlines() if line.startswith(start))
    return line.removeprefix(start).split()


def test_network_and_baseline_stand_beside_each_other() -> None:
    text = text_of(make_record())
    assert text.startswith("news: 8 texts of test, 3 labels\n")
    assert figures(text, "bidirectional_lstm, embedding, n-grams") == ["0.7500", "0.6250", "0.0625"]
    assert figures(text, "the same without n-grams") == ["0.6875", "0.6250", "0.0625"]
    pure = text_of(make_record(ngrams=None))
    assert figures(pure, "bidirectional_lstm, embedding") == ["0.7500", "0.6250", "0.0625"]
    assert "n-grams" not in pure
    assert figures(text, "TF-IDF linear baseline") == ["0.5000", "0.6250", "0.0625"]
    assert "TF-IDF" not in text_of(make_record(baseline=None))
    assert figures(text_of(make_multi_label_record()), "model")[0] == "micro-F1"


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (make_record(baseline=make_evaluation(accuracy=0.9)), "the network loses to the linear baseline by accuracy"),
        (without_test(make_record()), "these are figures of dev"),
    ],
)
def test_what_weakens_the_figures_is_said(record: RunRecord, words: str) -> None:
    assert f"warning: {words}" in text_of(record)
    assert "warning" not in text_of(make_record())


def test_the_next_commands_can_be_pasted() -> None:
    text = result_text(TrainingResult(Path("my models/news/3"), make_record()))
    assert "  python -m training evaluate 'my models/news/3' other.csv\n" in text
    assert text.endswith("  python -m service --repository 'my models'")


def test_more_than_twenty_labels_are_counted_and_not_shown() -> None:
    labels: list[Any] = [LabelMetrics(f"label-{number}", 0.5, 0.5, 0.5, number) for number in range(23)]
    text = labels_table(replace(make_evaluation(), label_metrics=tuple(labels)))
    assert [line.split()[0] for line in text.splitlines()[2:22]] == [f"label-{n}" for n in range(22, 2, -1)]
    assert text.endswith("… and 3 less frequent ones (--json lists all)")
