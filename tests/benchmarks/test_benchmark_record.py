"""A figure is written beside what is needed to take it again."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import record as record_module
from benchmarks.record import commit, machine, record


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit, as if the benchmarks lay there."""
    monkeypatch.setattr(record_module, "__file__", str(tmp_path / "record.py"))
    monkeypatch.setattr(record_module, "RESULTS", tmp_path / "results")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "file").write_text("one")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "file")
    git(tmp_path, "-c", "user.name=n", "-c", "user.email=e", "commit", "--quiet", "--message", "one")
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_the_commit_is_that_of_head(checkout: Path) -> None:
    assert git(checkout, "rev-parse", "HEAD").startswith(commit())
    assert len(commit()) >= 4


def test_a_changed_file_is_told_by_a_plus_and_an_untracked_one_is_not(checkout: Path) -> None:
    clean = commit()
    (checkout / "result").write_text("new")
    assert commit() == clean
    (checkout / "file").write_text("two")
    assert commit() == clean + "+"


def test_changes_in_folders_that_the_figures_do_not_come_from_can_be_let_pass(checkout: Path) -> None:
    clean = commit()
    (checkout / "docs").mkdir()
    (checkout / "docs" / "page").write_text("new")
    git(checkout, "add", "docs")
    assert commit() == clean + "+"
    assert commit(but_for=("docs", "not there")) == clean
    (checkout / "file").write_text("two")
    assert commit(but_for=("docs",)) == clean + "+"


def test_outside_a_checkout_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_module, "__file__", str(tmp_path / "record.py"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert commit() == ""


@pytest.mark.parametrize("figures", [{"milliseconds": 1.5, "texts": "好"}, [{"row": 1}, {"row": 2}]])
def test_figures_are_written_with_command_commit_and_machine(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], figures: Any
) -> None:
    monkeypatch.setattr(sys, "argv", ["drain.py", "--times", "20"])
    path = record("drain", figures)
    assert path == checkout / "results/drain.json"
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "command": "python -m benchmarks.drain --times 20",
        "commit": commit(),
        "machine": machine(),
        "figures": figures,
    }
    assert json.loads(capsys.readouterr().out) == figures


def test_a_command_names_no_path_from_the_root_of_the_machine(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["drain.py", "--data", str(Path.cwd().parent / "data"), "--note", "two words"])
    content = json.loads(record("drain", {}).read_text(encoding="utf-8"))
    assert content["command"] == "python -m benchmarks.drain --data ../data --note 'two words'"


def test_a_command_without_arguments_has_no_space_at_its_end(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["drain.py"])
    content = json.loads(record("drain", {}).read_text(encoding="utf-8"))
    assert content["command"] == "python -m benchmarks.drain"


def test_the_machine_is_told_in_words() -> None:
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in machine()
    assert " cores, " in machine()
