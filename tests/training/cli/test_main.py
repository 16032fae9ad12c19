"""`python -m training`: every end of a verb is an exit code and one line."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.exports import fresh_environment, training
from training import __main__ as training_main
from training.cli import check, compare, evaluate, predict, train
from training.errors import ConfigError

VERBS = {"check": check, "compare": compare, "train": train, "evaluate": evaluate, "predict": predict}


def end(monkeypatch: pytest.MonkeyPatch, outcome: "int | BaseException") -> int:
    """Run `check`, which ends so."""

    def run(args: argparse.Namespace) -> int:
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    monkeypatch.setattr(check, "run", run)
    return training_main.main(["check"])


@pytest.mark.parametrize("code", [0, 1])
def test_the_exit_code_is_that_of_the_verb(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    assert end(monkeypatch, code) == code


def test_a_mistake_of_the_user_is_one_line_and_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(monkeypatch, ConfigError("unknown setting model.unit")) == 2
    assert capsys.readouterr() == ("", "error: unknown setting model.unit\n")


def test_ctrl_c_is_one_line_and_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert end(monkeypatch, KeyboardInterrupt()) == 130
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("stopped by Ctrl-C")


def test_a_fault_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        end(monkeypatch, ZeroDivisionError())


def test_a_reader_that_has_enough_ends_the_verb_in_silence() -> None:
    code = (
        "import sys; from training import __main__; from training.cli import check\n"
        "check.run = lambda args: print('x' * 1_000_000) or 1\n"
        "sys.exit(__main__.main(['check']))"
    )
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=fresh_environment(), stdout=write_end, stderr=subprocess.PIPE, check=False)
    os.close(write_end)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.slow
def test_check_shows_nothing_but_its_report(tmp_path: Path) -> None:
    train_file = tmp_path / "train.csv"
    train_file.write_text("text,label\n" + "".join(f"text {n},{('good', 'bad')[n % 2]}\n" for n in range(30)))
    done = training("check", "--train", str(train_file))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_with_examples_and_exit_codes(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        training_main.main([verb, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert f"python -m training {verb} " in text
    assert "exit codes:\n  0  " in text


@pytest.mark.parametrize("arguments", [[], ["no-such-verb"], ["check", "--no-such-flag"]])
def test_a_wrong_command_line_shows_the_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        training_main.main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m training")
