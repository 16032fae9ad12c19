"""A bad row is named with its line, what is wrong and what was expected; the rows around it survive."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.config import DataConfig
from training.corpus import BadRow, ReadResult, read_corpus
from training.errors import CorpusError

SKIP = DataConfig(on_bad_row="skip")


def read(path: Path, content: bytes | str, data: DataConfig = SKIP) -> ReadResult:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_corpus(path, data)


def only_bad_row(result: ReadResult) -> BadRow:
    assert len(result.bad_rows) == 1
    return result.bad_rows[0]


CASES = [
    ("a.csv", b"text,label\ngood,a\nno label\nfine,b\n", 3, "1 field", "2: text, label"),
    ("a.csv", b"text,label\ngood,a\nx,y,z\nfine,b\n", 3, "3 fields", "2: text, label"),
    ("a.csv", b"text,label\ngood,a\nx,\nfine,b\n", 3, "no label", "exactly one"),
    ("a.csv", b'text,label\ngood,a\n"never closed,a\nfine,b\n', 3, "never closed", "closing"),
    ("a.csv", b'text,label\ngood,a\n"closed" early,a\nfine,b\n', 3, "wrong quoting", "quotes inside"),
    ("a.csv", b"text,label\ngood,a\nx\xff,a\nfine,b\n", 3, "byte 0xFF at column 2 is not utf-8", "--encoding"),
    ("a.csv", b"text,label\ngood,a\nx\x00y,a\nfine,b\n", 3, "NUL character at position 2", "without NUL"),
    ("a.tsv", b"text\tlabel\ngood\ta\na\tb\tc\nfine\tb\n", 3, "3 fields", "2: text, label"),
    ("a.tsv", b"text\tlabel\ngood\ta\nx\t  \nfine\tb\n", 3, "no label", "exactly one"),
    ("a.jsonl", b'{"text":"good","label":"a"}\n{"text":"x"\n{"text":"fine","label":"b"}\n', 2, "not JSON", "object"),
    ("a.jsonl", b'{"text":"good","label":"a"}\n["x","a"]\n{"text":"fine","label":"b"}\n', 2, "JSON list", "'text'"),
    (
        "a.jsonl",
        b'{"text":"good","label":"a"}\n{"label":"a"}\n{"text":"fine","label":"b"}\n',
        2,
        "no key 'text'",
        "row",
    ),
    ("a.jsonl", b'{"text":"good","label":"a"}\n{"text":"x"}\n{"text":"fine","label":"b"}\n', 2, "no key 'label'", "[]"),
    (
        "a.jsonl",
        b'{"text":"good","label":"a"}\n{"text":5,"label":"a"}\n{"text":"fine","label":"b"}\n',
        2,
        "number",
        "str",
    ),
    (
        "a.jsonl",
        b'{"text":"good","label":"a"}\n{"text":"x","label":null}\n{"text":"fine","label":"b"}\n',
        2,
        "no label",
        "",
    ),
    (
        "a.jsonl",
        b'{"text":"good","label":"a"}\n{"text":"x","label":{}}\n{"text":"fine","label":"b"}\n',
        2,
        "object",
        "str",
    ),
    (
        "a.jsonl",
        b'{"text":"good","label":"a"}\n{"text":"x","label":""}\n{"text":"fine","label":"b"}\n',
        2,
        "no label",
        "",
    ),
    (
        "a.jsonl",
        b'{"text":"good","label":"a"}\n{"text":"\\ud800","label":"a"}\n{"text":"fine","label":"b"}\n',
        2,
        "surr",
        "",
    ),
    (
        "a.jsonl",
        b'{"text":"good","label":"a"}\n{"text":"x","n":NaN}\n{"text":"fine","label":"b"}\n',
        2,
        "NaN",
        "number",
    ),
    ("a.jsonl", b'{"text":"good","label":"a"}\n' + b"[" * 100_000 + b'\n{"text":"fine","label":"b"}\n', 2, "JSON", ""),
    ("a.ft", b"__label__a good\nx\n__label__b fine\n", 2, "no label", "exactly one"),
    ("a.ft", b"__label__a good\n__label__ x\n__label__b fine\n", 2, "an empty label", "a name"),
]


@pytest.mark.parametrize(("name", "content", "line", "what", "expected"), CASES)
def test_bad_row_is_named_and_its_neighbours_are_read(tmp_path, name, content, line, what, expected):
    result = read(tmp_path / name, content)
    bad = only_bad_row(result)
    assert bad.source == f"{tmp_path / name}:{line}"
    assert what in bad.what
    assert expected in bad.expected
    assert [(example.text, example.labels) for example in result.corpus.examples] == [
        ("good", ("a",)),
        ("fine", ("b",)),
    ]


def test_bad_row_reads_as_file_line_what_and_what_was_expected(tmp_path):
    bad = only_bad_row(read(tmp_path / "a.csv", "text,label\nx\n"))
    assert str(bad) == f"{tmp_path / 'a.csv'}:2: 1 field, expected 2: text, label"


def test_fail_names_the_first_ten_and_the_count(tmp_path):
    content = "text,label\n" + "alone\n" * 25
    with pytest.raises(CorpusError) as error:
        read(tmp_path / "a.csv", content, DataConfig())
    lines = str(error.value).splitlines()
    assert lines[0].startswith(f"25 bad rows in {tmp_path / 'a.csv'}")
    assert "--on-bad-row skip" in lines[0]
    assert [line.split(":")[1] for line in lines[1:11]] == [str(number) for number in range(2, 12)]
    assert lines[11:] == ["  … and 15 more"]


def test_one_unclosed_quote_does_not_swallow_the_rest_of_the_file(tmp_path):
    rows = "".join(f"text {number},a\n" for number in range(1000))
    result = read(tmp_path / "a.csv", 'text,label\n"open,a\n' + rows)
    assert len(result.corpus) == 1000
    assert only_bad_row(result).source.endswith(":2")
    assert result.corpus.examples[-1].source.endswith(":1002")


def test_quote_that_closes_rows_later_costs_only_its_own_row(tmp_path):
    result = read(tmp_path / "a.csv", 'text,label\n"open,a\nfine,b\n"x" y,c\nlast,d\n')
    assert [example.text for example in result.corpus.examples] == ["fine", "last"]
    assert [bad.source.rsplit(":", 1)[1] for bad in result.bad_rows] == ["2", "4"]


def test_line_numbers_stay_right_after_a_multi_line_row_and_a_bad_row(tmp_path):
    result = read(tmp_path / "a.csv", 'text,label\n"a\nb",x\nbad\n"c\r\nd",y\nbad again\n')
    assert [example.source.rsplit(":", 1)[1] for example in result.corpus.examples] == ["2", "5"]
    assert [bad.source.rsplit(":", 1)[1] for bad in result.bad_rows] == ["4", "7"]
    assert result.corpus.examples[1].text == "c\r\nd"


@pytest.mark.parametrize("encoding", ["gb18030", "shift_jis", "cp1252", "ascii", "utf-16"])
def test_invalid_bytes_of_any_encoding_cost_one_row(tmp_path, encoding):
    invalid = {"gb18030": b"\xff", "shift_jis": b"\xa0\xff", "cp1252": b"\x81", "ascii": b"\xe9", "utf-16": b"\x00\xdc"}
    before, after = "text,label\ngood,a\n".encode(encoding), "x,a\nfine,b\n".encode(encoding).removeprefix(b"\xff\xfe")
    result = read(
        tmp_path / "a.csv", before + invalid[encoding] + after, DataConfig(on_bad_row="skip", encoding=encoding)
    )
    assert [example.text for example in result.corpus.examples] == ["good", "fine"]
    assert f"is not {encoding}" in only_bad_row(result).what


def test_blank_lines_are_no_rows_and_are_counted(tmp_path):
    result = read(tmp_path / "a.csv", "\ntext,label\n\nx,a\n\r\ny,b\n\n")
    assert len(result.corpus) == 2
    assert result.blank_lines == 4
    assert not result.bad_rows


def test_file_outside_class_folders_is_a_bad_row(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.txt").write_text("x")
    (tmp_path / "README").write_text("x")
    (tmp_path / "a" / "2.txt").write_bytes(b"one\ntwo \xe9\n")
    bad = read_corpus(tmp_path, SKIP).bad_rows
    assert [(row.source, row.what) for row in bad] == [
        (f"{tmp_path}/README:1", "a file outside any class folder"),
        (f"{tmp_path}/a/2.txt:2", "byte 0xE9 at column 5 is not utf-8"),
    ]


def test_empty_text_is_a_row_and_not_a_bad_one(tmp_path):
    assert [example.text for example in read(tmp_path / "a.csv", "text,label\n,a\n").corpus.examples] == [""]


@pytest.mark.parametrize("format", ["csv", "tsv", "jsonl", "fasttext"])
@given(
    content=st.lists(
        st.sampled_from([b'"', b",", b"\t", b"\n", b"\r", b"\xff", b"\0", b"a", b"{", b'{"text": "', b'"}'])
    )
)
def test_whatever_the_bytes_only_bad_rows_come_out(tmp_path_factory, format, content):
    header = {"csv": b"text,label\n", "tsv": b"text\tlabel\n"}.get(format, b"")
    path = tmp_path_factory.mktemp("any") / "file"
    result = read(path, header + b"".join(content), DataConfig(format=format, on_bad_row="skip", task="multi_label"))
    sources = [int(row.source.rsplit(":", 1)[1]) for row in (*result.corpus.examples, *result.bad_rows)]
    assert len(set(sources)) == len(sources)
    for example in result.corpus.examples:
        assert "\0" not in example.text
        example.text.encode("utf-8")


@given(
    rows=st.lists(
        st.tuples(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.sampled_from("ab"))
    )
)
def test_any_csv_of_the_standard_library_reads_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("any") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("text", "label"), *rows])
    result = read_corpus(path, DataConfig())
    assert [(example.text, *example.labels) for example in result.corpus.examples] == rows
