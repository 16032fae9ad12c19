"""An interrupted run goes on with what it has, and nothing that was found wrong is forgotten."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.serving.answers import Verdict
from benchmarks.serving.kept import Kept, Measured, verdict_rows
from benchmarks.serving.statistics import row

ROWS = [row("work", "ours", "speed", "1/s", [1.0], "abc")]
FINE = Measured(ROWS, {"ours": Verdict(checked=5, largest_difference=1e-7), "empty": Verdict()})
AMISS = Measured(ROWS, {"ours": Verdict(Counter(UNAVAILABLE=2), checked=3, wrong=1, largest_difference=0.5)})


def test_what_was_measured_is_found_again(tmp_path: Path) -> None:
    Kept(tmp_path).put("model", "work", AMISS)
    assert Kept(tmp_path).find("model", "work") == AMISS
    assert Kept(tmp_path).find("model", "other work") is None


def test_one_workload_is_forgotten_alone(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.put("model", "work", FINE)
    kept.put("model", "other work", FINE)
    kept.forget("model", "work")
    kept.forget("model", "never measured")
    assert (kept.find("model", "work"), kept.find("model", "other work")) == (None, FINE)


def test_verdicts_are_summed_over_workloads_for_systems_that_score() -> None:
    rows = list(verdict_rows("a net", [FINE, AMISS], "abc"))
    assert {found["system"] for found in rows} == {"ours"}
    assert {found["figure"]: found["median"] for found in rows} == {
        "failed calls": 2,
        "answers checked": 8,
        "wrong answers": 1,
        "largest difference of a score": pytest.approx(0.5),
    }
