"""`compare` on the command line: which configurations, and the end as a table or JSON. The comparison is made up."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from training import __main__ as training_main
from training import comparison
from training.comparison import ComparisonRow, Contender
from training.config import load_config
from training.examples import Task
from training.presets import load_preset
from training.progress import Progress

METRICS = {"accuracy": 0.75, "macro_f1": 0.625, "micro_f1": 0.5}


def make_row(name: str, **changes: Any) -> ComparisonRow:
    values: dict[str, Any] = {
        "task": Task.MULTI_CLASS,
        "metrics": METRICS,
        "network_alone": None,
        "seconds": 1234.56,
        "parameter_count": 98765,
        "milliseconds": {1: 2.345, 32: 0.123},
    }
    return ComparisonRow(name, **(values | changes))


class Comparisons:
    """Stands in for the comparison: notes what was asked for, and gives a row for each, or these rows."""

    def __init__(self) -> None:
        self.contenders: list[Contender] = []
        self.rows: list[ComparisonRow | type[BaseException]] | None = None

    def __call__(self, contenders: Sequence[Contender], progress: Progress, export: bool) -> Iterator[ComparisonRow]:
        self.contenders = list(contenders)
        for row in [make_row(contender.name) for contender in contenders] if self.rows is None else self.rows:
            if not isinstance(row, ComparisonRow):
                raise row
            yield row


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> Comparisons:
    found = Comparisons()
    monkeypatch.setattr(comparison, "compare", found)
    return found


def compare(*arguments: str) -> int:
    return training_main.main(["compare", *arguments])


def test_files_and_architectures_are_compared_with_the_settings_of_all(made_up: Comparisons, tmp_path: Path) -> None:
    (tmp_path / "wide.toml").write_text('[model]\narchitecture = "gru"\nunits = 256\n')
    configs = ("--configs", str(tmp_path / "wide.toml"), "--architectures", "elman")
    assert compare("texts.csv", *configs, "--dev", "dev.csv", "--set", "fit.epochs=3") == 0
    found = {contender.name: contender.config for contender in made_up.contenders}
    assert {name: (config.model.architecture, config.model.units) for name, config in found.items()} == {
        "wide": ("gru", 256),
        "elman": ("elman", 128),
    }
    for config in found.values():
        assert (config.data.train, config.data.dev, config.fit.epochs) == ("texts.csv", "dev.csv", 3)


def test_presets_are_compared_under_their_names(made_up: Comparisons) -> None:
    assert compare("texts.csv", "--presets", "speed", "balanced", "--set", "fit.seed=7") == 0
    assert [contender.name for contender in made_up.contenders] == ["speed", "balanced"]
    for contender in made_up.contenders:
        assert contender.config == load_config(
            None, ["data.train=texts.csv", "fit.seed=7"], load_preset(contender.name)
        )


def test_without_a_choice_some_architectures_are_compared(made_up: Comparisons) -> None:
    assert compare("texts.csv") == 0
    assert [contender.name for contender in made_up.contenders] == [
        "elman",
        "lstm",
        "bidirectional_lstm",
        "transformer",
    ]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--architectures", "elman"], "elman names no texts: give a file"),
        (["a.csv", "--architectures", "elman", "elman"], "2 of the configurations are called elman"),
        (["a.csv", "--architectures", "elmann"], "model.architecture must be one of elman"),
        (["a.csv", "--set", "fit.epoch=3"], "did you mean fit.epochs?"),
    ],
)
def test_a_mistake_ends_before_any_training(
    made_up: Comparisons, capsys: pytest.CaptureFixture[str], arguments: list[str], error: str
) -> None:
    assert compare(*arguments) == 2
    assert error in capsys.readouterr().err
    assert made_up.contenders == []


def cells(text: str, name: str) -> list[str]:
    (line,) = (line for line in text.splitlines() if line.startswith(name))
    return line.removeprefix(name).split()


def test_the_table_has_a_row_each(made_up: Comparisons, capsys: pytest.CaptureFixture[str]) -> None:
    made_up.rows = [make_row("linear"), make_row("gru", network_alone=METRICS | {"accuracy": 0.5})]
    assert compare("a.csv", "--architectures", "gru") == 0
    text = capsys.readouterr().out
    assert cells(text, "linear") == ["0.7500", "0.6250", "–", "1,234.6", "98,765", "2.35", "0.12"]
    assert cells(text, "gru") == ["0.7500", "0.6250", "0.5000", "1,234.6", "98,765", "2.35", "0.12"]


def test_several_labels_a_text_are_compared_by_f1(made_up: Comparisons, capsys: pytest.CaptureFixture[str]) -> None:
    made_up.rows = [make_row("gru", task=Task.MULTI_LABEL)]
    assert compare("a.csv", "--architectures", "gru") == 0
    assert cells(capsys.readouterr().out, "gru")[:2] == ["0.5000", "0.6250"]


def test_json_is_one_object(made_up: Comparisons, capsys: pytest.CaptureFixture[str]) -> None:
    made_up.rows = [make_row("gru", directory=Path("models/a-gru/1"))]
    assert compare("a.csv", "--architectures", "gru", "--export", "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "complete": True,
        "task": "multi_class",
        "part": "dev",
        "rows": [
            {
                "name": "gru",
                "metrics": METRICS,
                "network_alone": None,
                "train_seconds": 1234.56,
                "parameters": 98765,
                "milliseconds_a_text": {"1": 2.345, "32": 0.123},
                "complete": True,
                "directory": "models/a-gru/1",
            }
        ],
    }


def test_ctrl_c_shows_what_is_done(made_up: Comparisons, capsys: pytest.CaptureFixture[str]) -> None:
    made_up.rows = [make_row("elman"), make_row("gru", is_complete=False), KeyboardInterrupt]
    assert compare("a.csv", "--architectures", "elman", "gru", "lstm") == 130
    text = capsys.readouterr().out
    assert cells(text, "elman")[0] == cells(text, "gru (stopped)")[0] == "0.7500"
    assert "Stopped by Ctrl-C" in text


def test_ctrl_c_before_the_first_row_is_one_line(made_up: Comparisons, capsys: pytest.CaptureFixture[str]) -> None:
    made_up.rows = [KeyboardInterrupt]
    assert compare("a.csv") == 130
    assert capsys.readouterr().out == ""


def test_one_that_was_left_out_is_told_by_the_exit_code(made_up: Comparisons) -> None:
    made_up.rows = [make_row("elman")]
    assert compare("a.csv", "--architectures", "elman", "gru") == 1
