"""The page of accuracies: whole tables, the best in bold, and a verdict that the figures bear out."""

import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks import accuracy_page
from benchmarks.accuracy_page import write_page
from benchmarks.accuracy_sets import SETS

NETWORKS = ("BiLSTM, embedding", "BiLSTM, one-hot")


def row(model: str, mean: float, name: str = "snips", metric: str = "accuracy", **changes: Any) -> dict[str, Any]:
    network = model in NETWORKS
    return {
        "set": name,
        "model": model,
        "preset": "default",
        "metric": metric,
        "mean": mean,
        "spread": None,
        "seeds": 1,
        "train_seconds": 61 if network else None,
        "parameters": 1234567 if network else None,
        "commit": "abc",
    } | changes


def rows(linear: float, embedding: float, one_hot: float, **changes: Any) -> list[dict[str, Any]]:
    models = ("TF-IDF linear", *NETWORKS)
    return [row(model, mean, **changes) for model, mean in zip(models, (linear, embedding, one_hot), strict=True)]


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    path = tmp_path / "accuracy.md"
    monkeypatch.setattr(accuracy_page, "PAGE", path)

    def write(found: list[dict[str, Any]]) -> str:
        write_page(found)
        return path.read_text(encoding="utf-8")

    return write


def tables(text: str) -> list[list[list[str]]]:
    blocks = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [[[cell.strip() for cell in line.split("|")[1:-1]] for line in block.splitlines()] for block in blocks]


def test_a_set_has_a_row_for_each_model_and_each_published_figure(page: Any) -> None:
    (table,) = tables(page(rows(97.71, 96, 97.5)))
    assert table[0] == ["model", "accuracy", "training seconds", "parameters"]
    assert table[2:5] == [
        ["TF-IDF linear", "**97.71**", "", ""],
        ["BiLSTM, embedding", "96.00", "61", "1,234,567"],
        ["BiLSTM, one-hot", "97.50", "61", "1,234,567"],
    ]
    assert [published[:2] for published in table[5:]] == [
        [f"{published.model} (published)", f"{published.percent:.2f}"] for published in SETS["snips"].published
    ]


def test_every_row_has_the_cells_of_its_head_however_many_metrics(page: Any) -> None:
    two = rows(1, 2, 3, name="reuters", metric="micro_f1") + rows(3, 2, 1, name="reuters", metric="macro_f1")
    for table in tables(page([*two, *rows(1, 2, 3)])):
        assert {len(cells) for cells in table} == {len(table[0])}


def test_only_sets_with_rows_are_shown_in_the_order_of_the_benchmark(page: Any) -> None:
    text = page([*rows(1, 2, 3, name="trec"), *rows(1, 2, 3, name="thucnews")])
    assert re.findall(r"^## (.*)", text, re.MULTILINE) == ["thucnews", "trec"]


def test_several_seeds_have_a_spread(page: Any) -> None:
    (table,) = tables(page(rows(90, 91, 92, spread=0.25)))
    assert [cells[1] for cells in table[2:5]] == ["90.00 ± 0.25", "91.00 ± 0.25", "**92.00 ± 0.25**"]


@pytest.mark.parametrize(
    ("figures", "ngrams", "verdict"),
    [
        (
            (95, 96, 97.5),
            98,
            "The best (BiLSTM, embedding, n-grams) beats the linear model by 3.00. The best that stands alone "
            "(BiLSTM, one-hot) beats the linear model by 2.50; published recurrent networks reached: slot-gated BLSTM.",
        ),
        (
            (95, 95, 94),
            93,
            "The best (BiLSTM, embedding) equals the linear model. The best that stands alone (BiLSTM, embedding) "
            "equals the linear model; published recurrent networks reached: none; not reached: slot-gated BLSTM.",
        ),
        (
            (98, 96, 94),
            97.5,
            "The best (BiLSTM, embedding, n-grams) loses to the linear model by 0.50. The best that stands alone "
            "(BiLSTM, embedding) loses to the linear model by 2.00; published recurrent networks reached: none; "
            "not reached: slot-gated BLSTM.",
        ),
    ],
)
def test_the_verdict_is_what_the_figures_say(
    page: Any, figures: tuple[float, float, float], ngrams: float, verdict: str
) -> None:
    assert verdict in page([*rows(*figures), row("BiLSTM, embedding, n-grams", ngrams)]).splitlines()
