"""What counts as one label, several, or none, and which task that makes."""

import json

import pytest

from training.config import DataConfig
from training.corpus import read_corpus
from training.errors import CorpusError
from training.examples import Task


def labels_of(path, text, data=None, task=None):
    path.write_text(text, encoding="utf-8")
    corpus = read_corpus(path, data or DataConfig(), task).corpus
    return corpus.task, [example.labels for example in corpus.examples]


def jsonl(*labels, key="label"):
    return "".join(json.dumps({"text": "x", key: label}) + "\n" for label in labels)


def test_json_list_makes_multi_label_with_sorted_distinct_labels(tmp_path):
    found = labels_of(tmp_path / "a.jsonl", jsonl(["b", "a", "b"], [], ["c"], key="labels"))
    assert found == (Task.MULTI_LABEL, [("a", "b"), (), ("c",)])


def test_json_numbers_and_booleans_are_taken_as_written(tmp_path):
    text = '{"text": "x", "label": 1}\n{"text": "x", "label": 1.0}\n{"text": "x", "label": true}\n'
    assert labels_of(tmp_path / "a.jsonl", text) == (Task.MULTI_CLASS, [("1",), ("1.0",), ("true",)])


def test_csv_cell_may_hold_a_json_list(tmp_path):
    text = 'text,labels\nx,"[""a"", ""b""]"\ny,[]\nz,\n'
    assert labels_of(tmp_path / "a.csv", text) == (Task.MULTI_LABEL, [("a", "b"), (), ()])


def test_python_list_in_a_cell_is_a_bad_row_not_a_label(tmp_path):
    with pytest.raises(CorpusError, match="looks like a list and is not JSON"):
        labels_of(tmp_path / "a.csv", "text,labels\nx,\"['a']\"\n")


def test_bracketed_label_is_literal_when_the_task_is_multi_class(tmp_path):
    text = "text,label\nx,[UNK]\ny,b\n"
    assert labels_of(tmp_path / "a.csv", text, DataConfig(task="multi_class"))[1] == [("[UNK]",), ("b",)]


def test_separator_splits_only_when_it_is_given(tmp_path):
    text = "text,label\nx,a | b\ny,b\nz,\n"
    split = labels_of(tmp_path / "a.csv", text, DataConfig(label_separator="|"))
    assert split == (Task.MULTI_LABEL, [("a", "b"), ("b",), ()])
    whole = labels_of(tmp_path / "a.csv", text, DataConfig(on_bad_row="skip"))
    assert whole == (Task.MULTI_CLASS, [("a | b",), ("b",)])


def test_separator_that_never_occurs_leaves_multi_class(tmp_path):
    assert labels_of(tmp_path / "a.csv", "text,label\nx,a\n", DataConfig(label_separator="|"))[0] is Task.MULTI_CLASS


def test_empty_label_between_separators_is_bad(tmp_path):
    with pytest.raises(CorpusError, match="an empty label"):
        labels_of(tmp_path / "a.csv", "text,label\nx,a||b\n", DataConfig(label_separator="|"))


def test_rows_without_label_are_legal_in_multi_label_only(tmp_path):
    text = "text,label\nx,a\ny,\n"
    assert labels_of(tmp_path / "a.csv", text, DataConfig(task="multi_label"))[1] == [("a",), ()]
    with pytest.raises(CorpusError, match=r"a\.csv:3: no label, expected exactly one"):
        labels_of(tmp_path / "a.csv", text, DataConfig(task="multi_class"))


def test_several_labels_are_bad_rows_when_the_task_is_multi_class(tmp_path):
    with pytest.raises(CorpusError, match=r"2 labels \(a, b\)"):
        labels_of(tmp_path / "a.jsonl", jsonl(["a", "b"]), task=Task.MULTI_CLASS)
    assert labels_of(tmp_path / "a.jsonl", jsonl(["a"]), task=Task.MULTI_CLASS) == (Task.MULTI_CLASS, [("a",)])


def test_task_of_train_is_used_for_other_parts(tmp_path):
    found = labels_of(tmp_path / "a.csv", "text,label\nx,a\ny,\n", task=Task.MULTI_LABEL)
    assert found == (Task.MULTI_LABEL, [("a",), ()])


def test_white_space_around_labels_does_not_make_another_label(tmp_path):
    assert labels_of(tmp_path / "a.csv", "text,label\nx, a \ny,a\n")[1] == [("a",), ("a",)]


def test_label_column_is_label_else_labels_else_the_setting(tmp_path):
    text = "text,labels,label,kind\nx,no,yes,k\n"
    assert labels_of(tmp_path / "a.csv", text)[1] == [("yes",)]
    assert labels_of(tmp_path / "a.csv", text, DataConfig(label_column="kind"))[1] == [("k",)]
    assert labels_of(tmp_path / "b.csv", "text,labels\nx,a\n")[1] == [("a",)]
