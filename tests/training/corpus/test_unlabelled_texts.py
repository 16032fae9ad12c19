"""Unlabelled texts come as a stream, in order, one for every row of the input."""

import io
import itertools
import sys

import pytest

from training.config import DataConfig
from training.corpus import BadRow, UnlabelledText, read_texts
from training.errors import CorpusError


def texts(path, data=None):
    return [row.text for row in read_texts(path, data or DataConfig()) if isinstance(row, UnlabelledText)]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", "one\n\n two \nthree", ["one", "", " two ", "three"]),
        ("a.txt", "one\r\ntwo\r\n", ["one", "two"]),
        ("a", "a plain line, with a comma\nb\n", ["a plain line, with a comma", "b"]),
        ("a.txt", "", []),
        ("a.txt", "\n\n", ["", ""]),
        ("a.csv", 'text\n"one, two"\n', ["one, two"]),
        ("a.csv", "id,text\n1,one\n", ["one"]),
        ("a.tsv", "text\tlabel\none\tx\n", ["one"]),
        ("a.jsonl", '{"text": "one"}\n{"text": "two", "label": "x"}\n', ["one", "two"]),
        ("a.ft", "__label__x one\n", ["one"]),
    ],
)
def test_texts_of_every_format_without_labels(tmp_path, name, content, expected):
    (tmp_path / name).write_text(content, newline="")
    assert texts(tmp_path / name) == expected


def test_files_of_a_folder_are_texts_at_any_depth(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.txt").write_text("one\n")
    (tmp_path / "deep" / "b.txt").write_text("two")
    assert texts(tmp_path) == ["one", "two"]


def test_standard_input_is_one_text_a_line_and_stays_open(monkeypatch):
    stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO("text,label\n很好\n".encode())))
    monkeypatch.setattr(sys, "stdin", stdin)
    rows = list(read_texts("-", DataConfig()))
    assert rows == [UnlabelledText("text,label", "standard input:1"), UnlabelledText("很好", "standard input:2")]
    assert not stdin.buffer.closed


def test_standard_input_in_a_named_format(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(b'{"text": "one"}\n'))))
    assert texts("-", DataConfig(format="jsonl")) == ["one"]


def test_texts_are_streamed_not_collected(monkeypatch):
    class Endless(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, buffer):
            buffer[:5] = b"text\n"
            return 5

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Endless(), 4096)))
    rows = read_texts("-", DataConfig())
    assert len(list(itertools.islice(rows, 1000))) == 1000
    rows.close()


def test_bad_row_fails_or_comes_in_its_place(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\n\xff\nthree\n")
    with pytest.raises(CorpusError, match=r"a\.txt:2: byte 0xFF at column 1 is not utf-8.*--on-bad-row skip"):
        texts(path)
    rows = list(read_texts(path, DataConfig(on_bad_row="skip")))
    assert [type(row) for row in rows] == [UnlabelledText, BadRow, UnlabelledText]


def test_table_without_the_text_column_is_an_error_not_a_list_of_lines(tmp_path):
    (tmp_path / "a.csv").write_text("id,body\n1,x\n")
    with pytest.raises(CorpusError, match="--text-column"):
        texts(tmp_path / "a.csv")
