"""Rows: means and spreads over the seeds, in percent, and what stays of results from before."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.accuracy.kept import KeptRuns
from benchmarks.accuracy.models import MODELS
from benchmarks.accuracy.rows import make_rows, merge, without_measured
from benchmarks.accuracy.runs import plan
from benchmarks.accuracy.sets import SETS
from tests.benchmarks.accuracy.outcomes import outcome, run

ASKED = ("set", "model", "preset", "metric", "mean", "spread", "seeds", "train_seconds", "parameters", "commit")


@pytest.fixture
def kept(tmp_path: Path) -> KeptRuns:
    return KeptRuns(tmp_path)


def row(name: str, key: str, **changed: Any) -> dict[str, Any]:
    return {"set": name, "key": key, "metric": SETS[name].metric, "mean": 50.0} | changed


def test_a_row_is_the_mean_of_the_seeds_in_percent_with_their_sample_deviation(kept: KeptRuns) -> None:
    values, seconds = [0.912, 0.934, 0.92], [60.0, 61.5, 63.12]
    for seed in range(3):
        kept.write(run(seed=seed), outcome(run(seed=seed), values[seed], seconds=seconds[seed], peak_mib=700 + seed))
    (found,) = make_rows(kept)
    assert found["mean"] == pytest.approx(100 * np.mean(values), abs=0.005)
    assert found["spread"] == pytest.approx(100 * np.std(values, ddof=1), abs=0.005)
    assert found["train_seconds"] == pytest.approx(np.mean(seconds), abs=0.05)
    assert (found["seeds"], found["parameters"], found["peak_mib"]) == (3, 1234567, 702)
    assert tuple(found)[: len(ASKED)] == ASKED
    assert found["command"] == "python -m benchmarks.accuracy --data ../data --sets trec --models speed --seeds 3"


def test_one_seed_has_no_spread(kept: KeptRuns) -> None:
    kept.write(run(), outcome(run()))
    assert [one["spread"] for one in make_rows(kept)] == [None]


@pytest.mark.parametrize(
    ("name", "metrics"),
    [
        ("trec", ["accuracy"]),
        ("chnsenticorp", ["accuracy", "accuracy, unseen texts"]),
        ("reuters", ["micro_f1", "macro_f1"]),
    ],
)
def test_a_set_has_a_row_for_each_of_its_metrics(kept: KeptRuns, name: str, metrics: list[str]) -> None:
    kept.write(run(name), outcome(run(name)))
    assert [one["metric"] for one in make_rows(kept)] == metrics


@pytest.mark.parametrize(
    ("key", "preset"), [("linear", None), ("fasttext", None), ("balanced", "balanced"), ("gru-one-hot", "default")]
)
def test_a_row_names_the_preset_of_networks_only(kept: KeptRuns, key: str, preset: str | None) -> None:
    kept.write(run(key=key), outcome(run(key=key)))
    assert [one["preset"] for one in make_rows(kept)] == [preset]


def test_runs_of_several_commits_name_them_all_and_notes_are_said_once(kept: KeptRuns) -> None:
    for seed, commit in enumerate(["abc", "def", "abc"]):
        kept.write(run(seed=seed), outcome(run(seed=seed), commit=commit, note="busy" if seed else ""))
    (found,) = make_rows(kept)
    assert (found["commit"], found["note"]) == ("abc, def", "busy")


def test_rows_from_before_stay_until_a_run_of_their_set_and_model_replaces_them() -> None:
    before = [row("trec", "speed"), row("trec", "linear"), row("snips", "speed")]
    now = [row("trec", "speed", mean=60.0)]
    merged = merge(before, now)
    assert [(one["set"], one["key"], one["mean"]) for one in merged] == [
        ("trec", "linear", 50.0),
        ("trec", "speed", 60.0),
        ("snips", "speed", 50.0),
    ]
    assert merge(merged, now) == merged


def test_all_metrics_of_a_model_are_replaced_together() -> None:
    before = [row("reuters", "speed", metric=metric) for metric in ("micro_f1", "macro_f1")]
    assert merge(before, [row("reuters", "speed", mean=1.0)]) == [row("reuters", "speed", mean=1.0)]


def test_the_default_from_before_there_were_presets_stays_until_balanced_is_run() -> None:
    before = [row("trec", "default-embedding"), row("trec", "default-one-hot"), row("snips", "default-embedding")]
    kept = [(one["set"], one["key"]) for one in merge(before, [row("trec", "balanced")])]
    assert kept == [("trec", "balanced"), ("trec", "default-one-hot"), ("snips", "default-embedding")]


def test_rows_come_in_the_order_of_sets_and_models_with_those_of_the_past_behind_the_presets() -> None:
    keys = ["gru-one-hot", "default-one-hot", "linear", "accuracy", "elman-embedding"]
    rows = merge([row("trec", key) for key in keys], [row("thucnews", "speed")])
    assert [one["key"] for one in rows] == [
        "speed",
        *("linear", "accuracy", "default-one-hot", "elman-embedding", "gru-one-hot"),
    ]


@pytest.mark.parametrize(
    ("key", "changed", "left"),
    [
        ("speed", {"seeds": 3}, []),
        ("speed", {"seeds": 1}, [0, 1, 2]),
        ("speed", {"seeds": 1, "train_seconds": 301}, []),
        ("linear", {"seeds": 1, "train_seconds": None}, []),
        ("accuracy", {"seeds": 3}, [0, 1, 2]),
    ],
)
def test_what_was_measured_elsewhere_can_be_left_out(key: str, changed: dict[str, Any], left: list[int]) -> None:
    wanted = "linear" if key == "linear" else "speed"
    runs = plan([SETS["trec"]], [MODELS[wanted]], 3)
    rows = [row("trec", key, **{"train_seconds": 61.0} | changed), row("snips", "speed", seeds=3, train_seconds=61.0)]
    assert [run.seed for run in without_measured(runs, rows, 3)] == left


def test_committed_results_have_all_that_is_asked_of_a_row() -> None:
    import json

    path = Path(__file__).parents[3] / "benchmarks" / "results" / "accuracy.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(rows, list)
    for one in rows:
        assert {*ASKED, "key", "command", "machine", "note"} <= set(one)
        assert one["set"] in SETS
        assert one["metric"] in SETS[one["set"]].metrics
        assert 1 < one["mean"] < 100
    assert merge(rows, []) == rows
    assert {one["key"] for one in rows} <= {*MODELS, "default-embedding", "default-one-hot"}
