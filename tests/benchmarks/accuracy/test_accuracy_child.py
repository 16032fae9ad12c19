"""One run in its process: what it keeps, and with which status it ends."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.accuracy import child
from benchmarks.accuracy import measure as measure_module
from benchmarks.accuracy.kept import KeptRuns
from benchmarks.record import commit, machine
from tests.benchmarks.accuracy.outcomes import run
from training.errors import CorpusError

MEASURED = {"name": "fastText", "metrics": {"accuracy": 0.896}, "seconds": 2.5, "parameters": 7}


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Do a run of which measuring ends so; gives the status."""

    def call_so(end: dict[str, Any] | BaseException) -> int:
        def measure(*arguments: Any) -> dict[str, Any]:
            assert arguments[:3] == (run(), Path("../data"), tmp_path / "models")
            if isinstance(end, BaseException):
                raise end
            return end

        monkeypatch.setattr(measure_module, "measure", measure)
        monkeypatch.setattr(child, "load_tensorflow", lambda: None)
        line = child.command(run(), Path("../data"), tmp_path, note="busy")
        assert line[:3] == [sys.executable, "-m", "benchmarks.accuracy.child"]
        monkeypatch.setattr(sys, "argv", line[2:])
        return child.main()

    return call_so


def test_a_run_is_kept_with_what_is_needed_to_judge_it(
    tmp_path: Path, call: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(MEASURED) == 0
    kept = KeptRuns(tmp_path).read(run())
    assert kept is not None
    assert kept.items() >= MEASURED.items()
    assert kept.pop("peak_mib") > 10
    taken = {"machine": machine(), "data": "../data", "note": "busy", "settings": run().settings()}
    assert kept.items() >= taken.items()
    assert kept["commit"].startswith(commit().rstrip("+"))
    assert capsys.readouterr().err == "trec: speed, seed 0: accuracy 89.60 in 2 s\n"
    assert json.loads((tmp_path / "trec" / "speed-0.json").read_text(encoding="utf-8"))["note"] == "busy"


def test_a_run_that_fails_says_why_and_keeps_nothing(
    tmp_path: Path, call: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(CorpusError("train has no texts")) == 1
    assert capsys.readouterr().err == "error: train has no texts\n"
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_interrupted_keeps_nothing(tmp_path: Path, call: Callable[..., int]) -> None:
    assert call(KeyboardInterrupt()) == 130
    assert list(tmp_path.iterdir()) == []
