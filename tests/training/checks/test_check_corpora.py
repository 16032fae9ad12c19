"""Each finding appears with its numbers when it should, and only then."""

import json

import pytest

from training.checks import CheckReport, Severity, check_corpora
from training.config import DataConfig, TokenizerConfig, TrainingConfig
from training.corpus import BadRow, ReadResult
from training.examples import Corpus, Example, Task

CONFIG = TrainingConfig(tokenizer=TokenizerConfig(max_tokens=5))


def part(name, rows, task=Task.MULTI_CLASS, bad_rows=(), blank_lines=0):
    examples = (Example(text, tuple(labels.split("|")) if labels else (), f"{name}:{n}") for n, (text, labels) in rows)
    return ReadResult(Corpus(tuple(examples), task), tuple(bad_rows), blank_lines)


def plain_rows(name="train", size=12):
    return list(enumerate([(f"{name} {label} {n}", label) for n in range(size) for label in "ab"], start=2))


def check(config=CONFIG, **parts) -> CheckReport:
    read = {name: rows if isinstance(rows, ReadResult) else part(name, rows) for name, rows in parts.items()}
    return check_corpora(read, lambda texts: [text.split() for text in texts], _tokens_seen, config)


def _tokens_seen(tokenised):
    return {token for tokens in tokenised for token in tokens}


def findings(report, code):
    return [finding for finding in report.findings if finding.code == code]


def only(report, code):
    (finding,) = findings(report, code)
    return finding


def extended(*extra, name="train"):
    rows = plain_rows(name)
    return rows + [(len(rows) + 2 + n, row) for n, row in enumerate(extra)]


def test_clean_parts_have_no_findings_and_exit_code_0():
    report = check(train=plain_rows())
    assert report.findings == ()
    assert report.exit_code == 0


def test_summary_holds_counts_lengths_and_classes():
    report = check(train=plain_rows(), dev=[(2, ("train a new", "a")), (3, ("", "a"))])
    train, dev = report.parts
    assert (train.rows, train.distinct_texts, train.class_counts) == (24, 24, {"a": 12, "b": 12})
    assert train.length_percentiles == {0: 3, 50: 3, 90: 3, 95: 3, 99: 3, 100: 3}
    assert train.unknown_rate is None
    assert (dev.rows, dev.distinct_texts, dev.unknown_rate) == (2, 1, pytest.approx(1 / 3))
    assert dev.length_percentiles == {0: 0, 50: 0, 90: 3, 95: 3, 99: 3, 100: 3}
    assert report.vocabulary_size == 15  # train, a, b, 0 to 11


def test_duplicates_are_texts_that_differ_in_case_and_space_only():
    finding = only(check(train=extended(("TRAIN  a 0", "a"))), "duplicates")
    assert finding.message == "1 of 25 (4.0 %) rows repeat the text of an earlier row"
    assert (finding.severity, finding.examples) == (Severity.INFO, ("train:26 = train:2",))


def test_many_duplicates_are_a_warning():
    report = check(train=extended(("train a 0", "a"), ("train a 0", "a")))
    assert only(report, "duplicates").severity is Severity.WARNING
    assert report.exit_code == 1


def test_same_text_under_different_labels_names_both_rows():
    finding = only(check(train=extended(("train a 0", "b"))), "conflicts")
    assert finding.message == "1 text under different labels, 2 rows in all"
    assert finding.examples == ("train:2 (a), train:26 (b)",)


def test_duplicates_with_the_same_label_are_no_conflict():
    assert not findings(check(train=extended(("train a 0", "a"))), "conflicts")


def test_leakage_is_found_between_every_two_parts():
    dev = [*plain_rows("dev"), (50, ("Train a 0", "a"))]
    test = [*plain_rows("test"), (60, ("train b 1", "b")), (61, ("dev a 3", "a"))]
    report = check(train=plain_rows(), dev=dev, test=test)
    assert {(finding.part, finding.examples) for finding in findings(report, "leakage")} == {
        ("dev", ("dev:50 = train:2",)),
        ("test", ("test:60 = train:5",)),
        ("test", ("test:61 = dev:8",)),
    }
    assert all("1 of 2" in finding.message for finding in findings(report, "leakage"))


def test_empty_texts_are_named_and_are_neither_duplicates_nor_leaks():
    report = check(train=extended(("", "a"), (" \n", "b")), test=[*plain_rows("test"), (99, ("", "a"))])
    assert [finding.message for finding in findings(report, "empty_texts")] == [
        "2 of 26 (7.7 %) texts are empty",
        "1 of 25 (4.0 %) texts are empty",
    ]
    assert not findings(report, "duplicates")
    assert not findings(report, "conflicts")
    assert not findings(report, "leakage")


def test_imbalance_and_rare_classes():
    rows = list(enumerate([(f"text {n}", "a") for n in range(100)] + [(f"other {n}", "b") for n in range(9)]))
    report = check(train=rows)
    assert only(report, "imbalance").message == "class 'a' has 100 rows, 11 times 'b' with 9"
    assert only(report, "rare_classes").message == "1 class with fewer than 10 rows"
    assert only(report, "rare_classes").examples == ("b (9)",)


def test_classes_of_similar_size_are_neither_imbalanced_nor_rare():
    rows = list(enumerate([(f"text {n}", "a") for n in range(99)] + [(f"other {n}", "b") for n in range(10)]))
    assert check(train=rows).findings == ()


def test_one_class_only_is_an_error():
    report = check(train=[(n, (f"text {n}", "a")) for n in range(20)])
    assert only(report, "too_few_classes").message == "1 class only"
    assert report.exit_code == 2
    assert report.errors == (only(report, "too_few_classes"),)


def test_one_label_is_enough_for_multi_label_and_none_is_an_error():
    rows = [(n, (f"text {n}", "a" if n % 2 else "")) for n in range(20)]
    report = check(train=part("train", rows, Task.MULTI_LABEL))
    assert only(report, "unlabelled_rows").message.startswith("10 of 20 (50.0 %) rows have no label")
    assert report.exit_code == 0
    nothing = [(n, (f"text {n}", "")) for n in range(20)]
    assert only(check(train=part("train", nothing, Task.MULTI_LABEL)), "too_few_classes").message == "no label at all"


def test_no_rows_is_an_error():
    report = check(train=plain_rows(), test=[])
    assert (only(report, "no_rows").part, report.exit_code) == ("test", 2)
    assert check(train=[]).exit_code == 2


def test_labels_that_train_lacks_are_a_warning_with_names_and_rows():
    finding = only(check(train=plain_rows(), test=extended(("train new", "c"), name="test")), "unseen_labels")
    assert finding.severity is Severity.WARNING
    assert finding.message == "1 label that train lacks, on 1 row: always wrong there"
    assert finding.examples == ("c", "test:26")


def test_labels_that_test_lacks_are_information():
    finding = only(check(train=plain_rows(), test=[(2, ("test a", "a"))]), "absent_labels")
    assert (finding.severity, finding.examples) == (Severity.INFO, ("b",))


def test_texts_beyond_max_tokens_are_counted_with_the_tokens_lost():
    finding = only(check(train=extended(("one two three four five", "a"), ("1 2 3 4 5 6 7 8", "b"))), "cut_texts")
    assert finding.message == (
        "1 of 26 (3.8 %) texts are longer than tokenizer.max_tokens = 5; 3 of 85 (3.5 %) tokens are cut"
    )
    assert finding.severity is Severity.INFO


def test_many_cut_texts_are_a_warning_with_the_setting_to_change():
    finding = only(check(train=extended(*[(f"a b c d e f {n}", "a") for n in range(3)])), "cut_texts")
    assert finding.severity is Severity.WARNING
    assert finding.remedy == "--set tokenizer.max_tokens=7 keeps 95 % of the texts whole"


def test_cut_texts_of_test_are_no_reason_to_change_the_setting():
    report = check(train=plain_rows(), test=[(2, ("train a 0 1 2 3 4", "a")), (3, ("train b", "b"))])
    assert [(finding.part, finding.severity) for finding in findings(report, "cut_texts")] == [("test", Severity.INFO)]


def test_unknown_tokens_of_test_are_counted_against_train():
    finding = only(check(train=plain_rows(), test=[(2, ("train a quite new", "a")), (3, ("b", "b"))]), "unknown_tokens")
    assert finding.message == "2 of 5 (40.0 %) tokens are unknown to the vocabulary of train"


@pytest.mark.parametrize(("policy", "code"), [("fail", 2), ("skip", 1)])
def test_bad_rows_are_errors_unless_they_are_to_be_skipped(policy, code):
    config = TrainingConfig(data=DataConfig(on_bad_row=policy))
    bad = BadRow("train:9", "1 field", "2: text, label")
    report = check(config, train=part("train", plain_rows(), bad_rows=[bad], blank_lines=2))
    assert report.exit_code == code
    assert only(report, "bad_rows").examples == ("train:9: 1 field, expected 2: text, label",)
    assert only(report, "blank_lines").message == "2 blank lines passed over"


def test_worst_findings_come_first_and_json_holds_everything():
    report = check(train=[(2, ("x", "a")), (3, ("x", "a"))], test=[(2, ("x", "c"))])
    severities = [finding.severity for finding in report.findings]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    loaded = json.loads(json.dumps(report.to_dict()))
    assert loaded["exit_code"] == 2
    assert [finding["code"] for finding in loaded["findings"]] == [finding.code for finding in report.findings]
    assert loaded["parts"][0]["class_counts"] == {"a": 2}
