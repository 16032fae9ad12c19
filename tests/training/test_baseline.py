import csv
from pathlib import Path

import numpy as np
import pytest

from training.baseline import Baseline, is_mostly_han
from training.config import BaselineConfig
from training.examples import Corpus, Example, Task

DATA = Path(__file__).resolve().parents[3] / "shared/data"
CONFIG = BaselineConfig()


def corpus(rows: list[tuple[str, tuple[str, ...]]], task: Task = Task.MULTI_CLASS) -> Corpus:
    return Corpus(tuple(Example(text, labels, "f:1") for text, labels in rows), task)


ENGLISH = [("a good film", ("good",)), ("a bad film", ("bad",)), ("so good", ("good",)), ("too bad", ("bad",))]


def test_columns_stand_in_the_order_of_the_sorted_labels() -> None:
    baseline = Baseline.fit(corpus(ENGLISH), CONFIG)
    assert baseline.label_names == ("bad", "good")
    assert baseline.decision_scores(["good", "bad"]).argmax(axis=1).tolist() == [1, 0]


def test_chinese_is_learnt_without_spaces() -> None:
    rows = [("这个电影很好看", ("好",)), ("真不好看", ("坏",)), ("很好", ("好",)), ("太差了不好", ("坏",))]
    scores = Baseline.fit(corpus(rows), CONFIG).decision_scores(["电影很好", "不好"])
    assert scores.argmax(axis=1).tolist() == [0, 1] or scores[0, 1] != scores[1, 1]


def test_multi_label_decides_for_each_label_alone() -> None:
    rows = [("red", ("r",)), ("blue", ("b",)), ("red blue", ("b", "r")), ("none", ())] * 5
    baseline = Baseline.fit(corpus(rows, Task.MULTI_LABEL), CONFIG)
    decisions = baseline.decision_scores(["red", "blue", "red blue", "none"]) > 0
    assert decisions.tolist() == [[False, True], [True, False], [True, True], [False, False]]


def test_a_large_corpus_keeps_only_character_ngrams_that_come_twice() -> None:
    rows = [(f"w{number:03}x", ("even" if number % 2 else "odd",)) for number in range(200)]
    assert np.isfinite(Baseline.fit(corpus(rows), CONFIG).decision_scores(["w001x"])).all()


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["今天 weather 很好啊"], False),
        (["今天天气很好 ok"], True),
        (["hello"], False),
        (["123 !"], False),
        ([], False),
    ],
)
def test_mostly_han_counts_letters(texts: list[str], expected: bool) -> None:
    assert is_mostly_han(texts) is expected


@pytest.mark.skipif(not DATA.is_dir(), reason="the public data sets are not beside the project")
def test_the_published_mark_on_trec_is_met() -> None:
    parts = []
    for part in ("train", "test"):
        with (DATA / f"trec/{part}.tsv").open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            parts.append(corpus([(row["text"], (row["label"],)) for row in rows]))
    baseline = Baseline.fit(parts[0], CONFIG)
    predicted = baseline.decision_scores(parts[1].texts).argmax(axis=1)
    right = [
        example.labels[0] == baseline.label_names[c] for example, c in zip(parts[1].examples, predicted, strict=True)
    ]
    assert np.mean(right) == pytest.approx(0.922, abs=0.003)
