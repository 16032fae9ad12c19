"""Kept runs: none is lost, none counts that was trained with other settings, long ones are not repeated."""

import json
from pathlib import Path

import pytest

from benchmarks.accuracy.kept import REPEATED_SECONDS, KeptRuns
from benchmarks.accuracy.models import MODELS
from benchmarks.accuracy.runs import Run, plan
from benchmarks.accuracy.sets import SETS
from benchmarks.accuracy.state import describe
from tests.benchmarks.accuracy.outcomes import outcome, run


@pytest.fixture
def kept(tmp_path: Path) -> KeptRuns:
    return KeptRuns(tmp_path)


def test_an_outcome_that_was_written_is_read_again(kept: KeptRuns) -> None:
    assert kept.read(run()) is None
    kept.write(run(), outcome(run()))
    assert kept.read(run()) == outcome(run())
    assert kept.read(run(seed=1)) is None
    assert kept.path(run()).relative_to(kept.folder) == Path("trec/speed-0.json")


def test_an_outcome_is_there_whole_or_not_at_all(kept: KeptRuns) -> None:
    with pytest.raises(TypeError):
        kept.write(run(), outcome(run()) | {"broken": object()})
    assert kept.read(run()) is None
    kept.write(run(), outcome(run()))
    assert [path.name for path in (kept.folder / "trec").iterdir()] == ["speed-0.json"]


def test_an_outcome_of_other_settings_does_not_count(kept: KeptRuns) -> None:
    kept.write(run(), outcome(run(), settings=run().settings() | {"fit.epochs": 99}))
    assert kept.read(run()) is None
    assert kept.changes(run()) == ["fit.epochs was 99, is 6"]
    assert kept.missing([run()]) == [run()]
    assert kept.outcomes(run().data_set, run().model) == []


def test_outcomes_of_a_model_come_by_seed_and_are_of_no_other_model(kept: KeptRuns) -> None:
    for seed in (10, 9, 0):
        kept.write(run(seed=seed), outcome(run(seed=seed), value=seed / 100))
    kept.write(run(key="accuracy"), outcome(run(key="accuracy")))
    found = kept.outcomes(SETS["trec"], MODELS["speed"])
    assert [one["metrics"]["accuracy"] for one in found] == [0, 0.09, 0.1]
    assert kept.outcomes(SETS["snips"], MODELS["speed"]) == []


@pytest.mark.parametrize(("seconds", "missing"), [(REPEATED_SECONDS, [1, 2]), (REPEATED_SECONDS + 1, [])])
def test_what_takes_long_is_not_run_with_other_seeds(kept: KeptRuns, seconds: float, missing: list[int]) -> None:
    kept.write(run(), outcome(run(), seconds=seconds))
    assert [left.seed for left in kept.missing(plan([SETS["trec"]], [MODELS["speed"]], 3))] == missing


def test_the_first_seed_of_what_takes_long_is_repeated_when_its_settings_change(kept: KeptRuns) -> None:
    kept.write(run(), outcome(run(), seconds=1e6, settings={"fit.epochs": 99}))
    assert len(kept.missing(plan([SETS["trec"]], [MODELS["speed"]], 3))) == 3


def test_the_state_says_of_each_model_which_seeds_are_there_and_why_others_are_not(kept: KeptRuns) -> None:
    kept.write(run(), outcome(run()))
    kept.write(run(seed=1), outcome(run(seed=1), settings={"fit.epochs": 99}))
    kept.write(run(key="accuracy"), outcome(run(key="accuracy"), seconds=1e6))
    runs = list(plan([SETS["trec"]], [MODELS["linear"], MODELS["speed"], MODELS["accuracy"]], 3))
    lines = [" ".join(line.split()) for line in describe(runs, kept).splitlines()]
    assert sorted(lines[:-1]) == [
        f"trec accuracy there: seed 0; not wanted, for one takes more than {REPEATED_SECONDS} s: seed 1, 2",
        "trec linear missing: seed 0",
        "trec speed there: seed 0; missing, for fit.epochs was 99, is 6: seed 1; missing: seed 2",
    ]
    assert lines[-1] == "4 of 7 runs need nothing; 3 are missing"


def test_kept_files_are_json_that_people_can_read(kept: KeptRuns) -> None:
    kept.write(run(), outcome(run(), note="好"))
    text = kept.path(run()).read_text(encoding="utf-8")
    assert "好" in text
    assert json.loads(text)["note"] == "好"


def test_a_run_is_told_by_set_model_and_seed() -> None:
    assert str(Run(SETS["r8"], MODELS["lstm-one-hot"], 2)) == "r8: lstm-one-hot, seed 2"
