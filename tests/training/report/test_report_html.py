"""report.html: whole, self-contained, true to the record, and deaf to what stands in labels and texts."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.training.records import make_evaluation, make_multi_label_record, make_record, without_test
from tests.training.report.html_page import HtmlPage
from training.config import DataConfig
from training.evaluation import Mistake
from training.fitting.result import FitResult
from training.record import RunRecord
from training.report import build_report

HOSTILE = (
    '<script>alert("1")</script>',
    "\"' onload=x style=color:red </title></style><!-- --> <?x ?>",
    "https://example.com/?a=1&amp;b={{ 7 * 7 }}{% raw %} <img src=x>",
)


def page_of(record: RunRecord) -> HtmlPage:
    return HtmlPage(build_report(record)["report.html"])


def with_texts(record: RunRecord, *texts: str) -> RunRecord:
    """The same run with other texts, sources and settings."""
    mistakes = tuple(Mistake(text, text, record.label_names[:1], record.label_names[1:], 1.0) for text in texts)
    config = replace(record.config, data=DataConfig(train=texts[0], text_column=texts[-1]))
    return replace(record, config=config, evaluation=replace(record.evaluation, mistakes=mistakes))


RECORDS = {
    "multi-class": make_record(),
    "multi-label": make_multi_label_record(),
    "without test": without_test(make_record()),
    "without baseline": make_record(baseline=None),
    "without n-grams": make_record(ngrams=None),
    "losing": make_record(baseline=make_evaluation(accuracy=0.99)),
    "interrupted in the first epoch": make_record(fit=FitResult("accuracy", (), 0, "interrupt")),
    "many labels": make_record(tuple(f"label {number}" for number in range(21))),
    "without mistakes": make_record(evaluation=make_evaluation(mistakes=())),
}


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS.keys())
def test_the_page_is_well_formed_and_needs_nothing_from_elsewhere(record: RunRecord) -> None:
    page = page_of(record)
    assert page.doctype == "doctype html"
    assert [element.tag for element in page.elements[:3]] == ["html", "head", "meta"]
    assert {"script", "link", "iframe", "object", "img", "base", "form", "a"}.isdisjoint(dict(page.shape))
    names = {name for element in page.elements for name in element.attributes}
    assert not [name for name in names if name in ("src", "href", "action", "http-equiv") or name.startswith("on")]


@pytest.mark.parametrize("make", [make_record, make_multi_label_record])
def test_labels_texts_and_settings_stay_text(make: Callable[..., RunRecord]) -> None:
    harmless = page_of(with_texts(make(("a", "b", "c")), "d", "e", "f"))
    hostile = page_of(with_texts(make(HOSTILE), *HOSTILE))
    assert hostile.shape == harmless.shape
    assert hostile.comments == []
    tags = [element.text for element in hostile.of_class("tag")]
    assert tags == list(HOSTILE) * 3
    mistakes = [element for element in hostile.elements if element.attributes.get("dir") == "auto"]
    assert [(mistake.text, mistake.attributes["title"]) for mistake in mistakes] == [(text, text) for text in HOSTILE]
    assert {element.text for element in hostile.named("th")} >= set(HOSTILE)


def test_the_figures_are_those_of_the_record() -> None:
    text = page_of(make_record()).text
    for figure in (
        "0.7500",
        "0.6250",
        "0.0625",
        "without n-grams 0.6875, linear baseline 0.5000",
        "0.1875",
        "0.0312",
        "1.250",
    ):
        assert figure in text
    for words in ("2026-03-04 05:06 UTC", "8 texts of test, which chose nothing", "train 1,200 · dev 130 · test 8"):
        assert words in text
    assert "The weights of epoch 2 of 3 were kept, as dev accuracy chose (dev no longer improved)" in text
    assert "второй текст" in text


def test_micro_f1_is_shown_for_multi_label_alone() -> None:
    shown = {
        name: [figure.text.split()[0] for figure in page_of(RECORDS[name]).of_class("figure")]
        for name in ("multi-class", "multi-label")
    }
    assert shown == {
        "multi-class": ["accuracy", "macro-F1", "calibration"],
        "multi-label": ["accuracy", "macro-F1", "micro-F1", "calibration"],
    }


def test_warnings_are_there_when_there_is_something_to_warn_of() -> None:
    assert page_of(RECORDS["multi-class"]).of_class("warning") == []
    (no_test,) = page_of(RECORDS["without test"]).of_class("warning")
    assert no_test.text.startswith("There was no test part.")
    (losing,) = page_of(RECORDS["losing"]).of_class("warning")
    assert losing.text.startswith("The network loses to the TF-IDF linear baseline by accuracy.")


def test_frequent_labels_come_first_with_network_and_baseline_beside_each_other() -> None:
    record = make_record(baseline=make_evaluation(labels=("good", "bad")))
    body = page_of(record).text.partition("Labels")[2].partition("Confusion")[0].split()
    start = body.index("好")
    assert body[start : start + 18] == [
        *("好", "12", "0.500", "0.250", "0.125", "–"),
        *("good", "11", "0.500", "0.250", "0.125", "0.125"),
        *("bad", "10", "0.500", "0.250", "0.125", "0.125"),
    ]


def test_multi_label_shows_the_threshold_of_each_label() -> None:
    text = page_of(RECORDS["multi-label"]).text
    assert [figure in text for figure in ("0.250", "0.312", "0.375")] == [True] * 3


def test_the_matrix_has_counts_and_the_share_of_each_row() -> None:
    (matrix,) = page_of(RECORDS["multi-class"]).of_class("matrix")
    assert matrix.text.split() == [
        "is",
        "↓",
        "taken",
        "for",
        "→",
        *("bad", "good", "好"),
        "bad",
        "2",
        "2",
        *["good", "3", "好", "4"],
    ]
    cells = [
        element
        for element in page_of(RECORDS["multi-class"]).named("td")
        if "--share" in (element.attributes.get("style") or "")
    ]
    assert [cell.attributes["title"] for cell in cells] == [
        "50 %",
        "50 %",
        "0 %",
        "0 %",
        "100 %",
        "0 %",
        "0 %",
        "0 %",
        "100 %",
    ]
    assert [index for index, cell in enumerate(cells) if cell.attributes.get("class") == "right"] == [0, 4, 8]


def test_too_many_labels_for_a_matrix_give_a_list_of_confusions() -> None:
    page = page_of(RECORDS["many labels"])
    assert page.of_class("matrix") == []
    assert page.text.partition("Most frequent confusions")[2].split()[:10] == [
        "is",
        "taken",
        "for",
        "texts",
        "label",
        "0",
        "label",
        "1",
        "2",
        "Calibration",
    ]


def test_a_long_text_is_cut_and_at_most_25_mistakes_are_shown() -> None:
    page = page_of(with_texts(make_record(), "x" * 401, "y" * 400, *map(str, range(30))))
    shown = [element.text for element in page.elements if element.attributes.get("dir") == "auto"]
    assert shown[:2] == ["x" * 400 + " …", "y" * 400]
    assert len(shown) == 25
    assert "The 25 most surprising of 32." in page.text


def test_there_is_a_curve_for_each_of_loss_and_metric() -> None:
    page = page_of(RECORDS["multi-class"])
    curves = page.named("polyline")
    assert [curve.text for curve in curves] == ["train", "dev", "accuracy"]
    assert [len((curve.attributes["points"] or "").split()) for curve in curves] == [3, 3, 3]
    assert len(page.of_class("mark")) == len(page.named("svg")) == 2
    assert page_of(RECORDS["interrupted in the first epoch"]).named("svg") == []
