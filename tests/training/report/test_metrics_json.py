"""metrics.json: the figures of a run for programs, and none of its texts."""

import json
from typing import Any

import pytest

from tests.training.records import make_multi_label_record, make_record
from training.record import RunRecord
from training.report import build_report


def figures(record: RunRecord) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(build_report(record)["metrics.json"], parse_constant=refuse)


def test_a_report_is_three_files() -> None:
    assert set(build_report(make_record())) == {"report.html", "MODEL_CARD.md", "metrics.json"}


def test_the_figures_are_those_of_the_record() -> None:
    found = figures(make_record())
    assert (found["name"], found["task"], found["metric"]) == ("news", "multi_class", "accuracy")
    assert found["part_sizes"] == {"train": 1200, "dev": 130, "test": 8}
    assert (found["vocabulary_size"], found["parameter_count"], found["seconds"]) == (4321, 98765, 61.4)
    assert found["network"]["metrics"] == {
        "accuracy": 0.75,
        "macro_f1": 0.625,
        "micro_f1": 0.75,
        "calibration_error": 0.0625,
    }
    assert found["network"]["labels"][0] == {
        "label": "bad",
        "precision": 0.5,
        "recall": 0.25,
        "f1": 0.125,
        "support": 10,
    }
    assert found["network"]["confusion"] == [[2, 2, 0], [0, 3, 0], [0, 0, 4]]
    assert found["baseline"]["metrics"]["accuracy"] == 0.5
    assert found["network_loses"] is False


def test_every_epoch_is_there() -> None:
    fit = figures(make_record())["fit"]
    assert (fit["best_epoch"], fit["stopped_by"]) == (2, "patience")
    assert [(epoch["epoch"], epoch["train_loss"], epoch["dev_loss"]) for epoch in fit["history"]] == [
        (1, 2.0, 1.0),
        (2, 1.0, 0.5),
        (3, 1.0, 0.5),
    ]


def test_calibration_names_its_labels() -> None:
    assert figures(make_multi_label_record())["calibration"] == {
        "temperature": 1.25,
        "thresholds": {"bad": 0.25, "good": 0.3125, "好": 0.375},
        "dev_error_before": 0.1875,
        "dev_error_after": 0.03125,
    }


@pytest.mark.parametrize(
    ("record", "path"),
    [
        (make_record(baseline=None), ["baseline"]),
        (make_record(ngrams=None), ["ngram_branch"]),
        (make_multi_label_record(), ["network", "confusion"]),
    ],
)
def test_what_there_is_not_is_null(record: RunRecord, path: list[str]) -> None:
    found = figures(record)
    for key in path:
        found = found[key]
    assert found is None


def test_the_ngram_branch_stands_with_what_the_network_is_without_it() -> None:
    branch = figures(make_record())["ngram_branch"]
    assert (branch["weight"], branch["parameter_count"]) == (0.75, 54321)
    assert branch["network_alone"]["metrics"]["accuracy"] == 0.6875


def test_labels_are_readable_and_texts_are_not_there() -> None:
    text = build_report(make_record())["metrics.json"]
    assert "好" in text
    assert "второй текст" not in text
    assert "test.csv" not in text
