from pathlib import Path

import pytest

from training.__main__ import main
from training.config import TrainingConfig, load_config


def write_texts(path: Path) -> Path:
    rows = "".join(f"这个 很好 {number},{('好', '坏')[number % 2]}\n" for number in range(40))
    path.write_text("text,label\n" + rows, encoding="utf-8")
    return path


def test_init_writes_the_defaults_as_a_file_to_train_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.toml"
    assert main(["init", str(file)]) == 0
    assert load_config(file) == TrainingConfig()
    assert f"--config {file}" in capsys.readouterr().err


def test_a_file_that_is_there_is_kept_unless_forced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("precious")
    assert main(["init", str(file)]) == 2
    assert "--force" in capsys.readouterr().err
    assert file.read_text() == "precious"
    assert main(["init", str(file), "--force", "--preset", "speed"]) == 0
    assert load_config(file).model.architecture == "bidirectional_gru"


def test_flags_win_over_the_file_and_the_file_over_the_preset(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lower, out = tmp_path / "lower.toml", tmp_path / "out.toml"
    lower.write_text("[model]\nunits = 32\n[fit]\nepochs = 3\n")
    settings = ["--preset", "speed", "--config", str(lower), "--set", "fit.epochs=4"]
    assert main(["init", str(out), *settings]) == 0
    config = load_config(out)
    assert (config.model.architecture, config.model.units, config.fit.epochs) == ("bidirectional_gru", 32, 4)


def test_auto_looks_at_the_texts_and_writes_its_reasons_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = write_texts(tmp_path / "texts.csv")
    assert main(["init", "-", "--preset", "auto", "--train", str(texts)]) == 0
    written, told = capsys.readouterr()
    assert "# here: most letters are Han characters" in written
    assert "--preset auto: preset = accuracy: 40 texts" in told


def test_auto_without_texts_says_what_it_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "-", "--preset", "auto"]) == 2
    assert "--train" in capsys.readouterr().err
