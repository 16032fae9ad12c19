"""The command: goes on after failures, ends in time, loses nothing to Ctrl-C, and says what is missing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import record
from benchmarks.accuracy import __main__ as command
from benchmarks.accuracy import page
from benchmarks.accuracy.kept import KeptRuns
from benchmarks.accuracy.runs import Run
from tests.benchmarks.accuracy.outcomes import outcome, run

End = int | type[BaseException]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty data sets, and everything that is written below one folder."""
    monkeypatch.setattr(command, "WORK", tmp_path / "work")
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    monkeypatch.setattr(page, "PAGE", tmp_path / "accuracy.md")
    monkeypatch.setattr(command.signal, "signal", lambda *_: None)
    monkeypatch.setattr(command, "is_installed", lambda: True)
    for file in ("train.tsv", "test.tsv"):
        (tmp_path / "data" / "trec").mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / "trec" / file).touch()
    return tmp_path


@pytest.fixture
def started(place: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """How runs end, by name; those that are not named end well. Gives the runs that were started, as they come."""

    def start_so(ends: dict[str, End] | None = None, seconds: float = 1.0) -> list[str]:
        names: list[str] = []

        def start(of: Run, options: Any) -> int:
            names.append(str(of))
            end = (ends or {}).get(str(of), 0)
            if not isinstance(end, int):
                raise end
            if end == 0:
                KeptRuns(place / "work").write(of, outcome(of, seconds=seconds))
            return end

        monkeypatch.setattr(command, "_start", start)
        return names

    return start_so


def call(place: Path, *arguments: str) -> int:
    return command.main(["--data", str(place / "data"), "--sets", "trec", *arguments])


def keys(place: Path) -> list[str]:
    return [row["key"] for row in json.loads((place / "accuracy.json").read_text(encoding="utf-8"))]


def test_all_runs_are_done_once_and_written_as_a_list(place: Path, started: Callable[..., list[str]]) -> None:
    names = started()
    assert call(place, "--models", "baselines", "speed", "--seeds", "2") == 0
    assert sorted(names) == [
        *("trec: fasttext, seed 0", "trec: fasttext, seed 1", "trec: linear, seed 0"),
        *("trec: speed, seed 0", "trec: speed, seed 1"),
    ]
    assert keys(place) == ["linear", "fasttext", "speed"]
    assert "## trec" in (place / "accuracy.md").read_text(encoding="utf-8")
    assert call(place, "--models", "baselines", "speed", "--seeds", "2") == 0
    assert len(names) == 5


def test_a_run_that_fails_is_reported_and_the_others_go_on(
    place: Path, started: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    names = started({"trec: linear, seed 0": 1, "trec: fasttext, seed 0": -9})
    assert call(place, "--models", "baselines", "speed", "--seeds", "1") == 1
    assert len(names) == 3
    assert keys(place) == ["speed"]
    errors = capsys.readouterr().err.splitlines()
    assert errors[-2:] == [
        "failed: trec: linear, seed 0 (see above)",
        "failed: trec: fasttext, seed 0 (killed by signal 9)",
    ]


def test_when_the_time_is_over_no_run_begins_and_what_is_missing_is_said(
    place: Path,
    started: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = started()
    times = iter([0.0, 0.0, 59.0, 61.0])  # at the start, then before each run
    monkeypatch.setattr(command.time, "monotonic", lambda: next(times))
    assert call(place, "--models", "baselines", "presets", "--seeds", "1", "--max-minutes", "1") == 0
    assert names == ["trec: linear, seed 0", "trec: fasttext, seed 0"]
    assert keys(place) == ["linear", "fasttext"]
    assert capsys.readouterr().err.splitlines()[-1] == (
        "the time is over; still missing: trec: speed, seed 0; trec: balanced, seed 0; trec: accuracy, seed 0"
    )


def test_ctrl_c_leaves_every_finished_run(place: Path, started: Callable[..., list[str]]) -> None:
    started({"trec: speed, seed 0": KeyboardInterrupt})
    assert call(place, "--models", "baselines", "presets", "--seeds", "1") == 130
    assert keys(place) == ["linear", "fasttext"]
    names = started()
    assert call(place, "--models", "baselines", "presets", "--seeds", "1") == 0
    assert names == ["trec: speed, seed 0", "trec: balanced, seed 0", "trec: accuracy, seed 0"]


def test_a_first_run_that_takes_long_is_the_only_one(place: Path, started: Callable[..., list[str]]) -> None:
    names = started(seconds=1e6)
    assert call(place, "--models", "speed") == 0
    assert names == ["trec: speed, seed 0"]


def test_without_fasttext_it_is_left_out_and_the_remedy_is_named(
    place: Path,
    started: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = started()
    monkeypatch.setattr(command, "is_installed", lambda: False)
    assert call(place, "--models", "baselines") == 0
    assert names == ["trec: linear, seed 0"]
    assert "fastText is left out, for it is not installed: pip install" in capsys.readouterr().err


def test_rows_of_runs_that_are_not_here_stay(place: Path, started: Callable[..., list[str]]) -> None:
    started()
    call(place, "--models", "linear")
    for path in (place / "work" / "trec").iterdir():
        path.unlink()
    call(place, "--models", "speed", "--seeds", "1")
    assert keys(place) == ["linear", "speed"]


def test_only_what_is_new_can_be_asked_for(place: Path, started: Callable[..., list[str]]) -> None:
    started()
    call(place, "--models", "linear")
    for path in (place / "work" / "trec").iterdir():
        path.unlink()
    names = started()
    call(place, "--models", "baselines", "--seeds", "1", "--new")
    assert names == ["trec: fasttext, seed 0"]
    assert keys(place) == ["linear", "fasttext"]


def test_the_list_starts_and_writes_nothing(
    place: Path, started: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    names = started()
    KeptRuns(place / "work").write(run(), outcome(run()))
    assert call(place, "--models", "speed", "--seeds", "2", "--list") == 0
    assert names == []
    assert not (place / "accuracy.json").exists()
    assert capsys.readouterr().out.splitlines()[-1] == "1 of 2 runs need nothing; 1 are missing"


def test_data_that_are_not_there_are_named_before_anything_is_run(
    place: Path, started: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    names = started()
    (place / "data" / "trec" / "test.tsv").unlink()
    assert call(place, "--models", "linear") == 2
    assert names == []
    assert capsys.readouterr().err == f"missing: {place / 'data' / 'trec' / 'test.tsv'}\n"


@pytest.mark.parametrize(("interrupted", "status"), [(False, 0), (True, 130)])
def test_a_run_is_done_by_a_process_of_its_own_of_which_no_export_stays(
    place: Path, monkeypatch: pytest.MonkeyPatch, interrupted: bool, status: int
) -> None:
    commands: list[list[str]] = []

    def start(line: list[str], check: bool) -> Any:
        commands.append(line)
        (place / "work" / "models" / "trec-speed").mkdir(parents=True)
        if interrupted:
            raise KeyboardInterrupt
        return type("Done", (), {"returncode": 0})

    monkeypatch.setattr(command.subprocess, "run", start)
    assert call(place, "--models", "speed", "--seeds", "1", "--note", "busy") == status
    assert not (place / "work" / "models").exists()
    ((_, *line),) = commands
    assert line == [
        *("-m", "benchmarks.accuracy.child", "trec", "speed", "0"),
        *("--data", str(place / "data"), "--work", str(place / "work"), "--note", "busy"),
    ]
