"""MODEL_CARD.md: tables that no label can break, and sentences that fit the run."""

import re
from dataclasses import replace

import pytest

from tests.training.records import make_evaluation, make_multi_label_record, make_record, without_test
from training.record import RunRecord
from training.report import build_report

HOSTILE = ("a|b", "two\nlines\t[x](javascript:y)", "<b>*_`~~&lt;#!\\|")


def card(record: RunRecord) -> str:
    return build_report(record)["MODEL_CARD.md"]


def tables(text: str) -> list[list[list[str]]]:
    """Rows of cells; a pipe after a backslash separates nothing (GitHub Flavored Markdown, 4.10)."""
    blocks = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [
        [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in block.splitlines()]
        for block in blocks
    ]


@pytest.mark.parametrize("record", [make_record(HOSTILE), make_multi_label_record(HOSTILE), make_record(baseline=None)])
def test_every_row_of_a_table_has_the_cells_of_its_head(record: RunRecord) -> None:
    found = tables(card(record))
    assert len(found) == 3
    for rows in found:
        assert {len(row) for row in rows} == {len(rows[0])}
        assert set(rows[1]) == {"---"}


def test_a_label_stays_one_cell_without_markup() -> None:
    labels = [row[0] for row in tables(card(make_record(HOSTILE)))[2][2:]]
    assert labels == [r"\<b\>\*\_\`\~\~\&lt;\#\!\\\|", r"two lines \[x\](javascript:y)", r"a\|b"]


def test_labels_stand_with_their_figures_the_frequent_ones_first() -> None:
    head, _, *rows = tables(card(make_record()))[2]
    assert head == ["label", "texts", "precision", "recall", "F1"]
    assert rows == [
        [label, count, "0.500", "0.250", "0.125"] for label, count in (("好", "12"), ("good", "11"), ("bad", "10"))
    ]


def test_multi_label_has_a_column_of_thresholds() -> None:
    head, _, *rows = tables(card(make_multi_label_record()))[2]
    assert head[-1] == "threshold"
    assert [row[-1] for row in rows] == ["0.375", "0.312", "0.250"]


def test_metrics_stand_beside_those_without_ngrams_and_of_the_baseline() -> None:
    head, _, *rows = tables(card(make_record()))[1]
    assert head == ["metric", "network", "without n-grams", "TF-IDF linear baseline"]
    assert rows == [
        ["accuracy", "0.7500", "0.6875", "0.5000"],
        ["macro-F1", "0.6250", "0.6250", "0.6250"],
        ["calibration error", "0.0625", "0.0625", "0.0625"],
    ]
    assert {row[-1] for row in tables(card(make_record(baseline=None)))[1][2:]} == {"–"}


def test_a_network_without_ngrams_stands_alone() -> None:
    text = card(make_record(ngrams=None))
    assert "n-gram" not in text
    assert tables(text)[1][2] == ["accuracy", "0.7500", "0.5000"]
    assert "54,321 weights, added with the weight 0.750" in card(make_record())


def test_the_sentences_fit_the_run() -> None:
    assert card(make_record()).startswith("# news\n")
    assert "On 8 texts of test, which chose nothing:" in card(make_record())
    assert "On 8 texts of dev, which also chose weights" in card(without_test(make_record()))
    assert "any text gets one of the labels above" in card(make_record())
    assert "any text gets its labels from those above" in card(make_multi_label_record())
    assert "loses to the baseline" not in card(make_record())
    losing = replace(make_record(), baseline=make_evaluation(accuracy=0.99))
    assert "The network loses to the baseline by accuracy." in card(losing)
