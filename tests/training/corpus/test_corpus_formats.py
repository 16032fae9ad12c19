"""Each format gives the same examples, with the right sources."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from training.config import DataConfig
from training.corpus import read_corpus
from training.errors import CorpusError
from training.examples import Example, Task

ROWS = [
    ("good, really", "positive"),
    ("很差", "negative"),
    ('a "bare" quote', "positive"),
    (" spaces kept ", "negative"),
]


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    data = text.encode(encoding)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def csv_text(rows: list[tuple[str, str]]) -> str:
    return "\n".join(
        ",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [("text", "label"), *rows]
    )


def tsv_text(rows: list[tuple[str, str]]) -> str:
    return "".join(f"{text}\t{label}\n" for text, label in [("text", "label"), *rows])


def jsonl_text(rows: list[tuple[str, str]]) -> str:
    return "".join(json.dumps({"text": text, "label": label}, ensure_ascii=False) + "\n" for text, label in rows)


def pairs(path: Path, data: DataConfig | None = None) -> list[tuple[str, str]]:
    result = read_corpus(path, data or DataConfig())
    assert not result.bad_rows
    return [(example.text, "|".join(example.labels)) for example in result.corpus.examples]


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize(("name", "text"), [("a.csv", csv_text), ("a.tsv", tsv_text), ("a.jsonl", jsonl_text)])
def test_table_and_json_formats_give_the_rows_as_they_stand(tmp_path, name, text, suffix):
    assert pairs(write(tmp_path / (name + suffix), text(ROWS))) == ROWS


@pytest.mark.parametrize("text", [csv_text, tsv_text, jsonl_text])
def test_format_is_told_from_the_content_when_the_name_says_nothing(tmp_path, text):
    assert pairs(write(tmp_path / "texts.data", text(ROWS))) == ROWS


def test_content_wins_over_a_misleading_name(tmp_path):
    assert pairs(write(tmp_path / "really_tabs.csv", tsv_text(ROWS))) == ROWS


def test_csv_written_by_the_standard_library_reads_back(tmp_path):
    path = tmp_path / "a.csv"
    rows = [("line one\nline two", "a"), ("\ttab, comma", "b"), ('""', "a"), ("x" * 300_000, "b")]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    assert pairs(path) == rows


def test_semicolon_csv_of_spreadsheets_is_read(tmp_path):
    assert pairs(write(tmp_path / "a.csv", "text;label\ngood, but dear;positive\n")) == [("good, but dear", "positive")]


def test_tab_separated_file_with_quoted_header_is_unquoted(tmp_path):
    assert pairs(write(tmp_path / "a.tsv", '"text"\t"label"\n"two\nlines"\t"x"\n')) == [("two\nlines", "x")]


def test_source_is_the_line_where_a_multi_line_csv_row_starts(tmp_path):
    path = write(tmp_path / "a.csv", 'text,label\n"one\ntwo",a\nthree,b\n')
    assert [example.source for example in read_corpus(path, DataConfig()).corpus.examples] == [f"{path}:2", f"{path}:4"]


def test_quotes_in_tsv_are_plain_characters(tmp_path):
    path = write(tmp_path / "a.tsv", 'text\tlabel\n"open\ta\nclose"\tb\n')
    assert pairs(path) == [('"open', "a"), ('close"', "b")]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("name", "text"), [("a.csv", csv_text), ("a.tsv", tsv_text), ("a.jsonl", jsonl_text)])
def test_every_newline_convention_gives_the_same_rows_and_lines(tmp_path, name, text, newline):
    path = write(tmp_path / name, text(ROWS).replace("\n", newline))
    assert pairs(path) == ROWS
    first_line = 1 if name == "a.jsonl" else 2
    sources = [example.source for example in read_corpus(path, DataConfig()).corpus.examples]
    assert sources == [f"{path}:{first_line + index}" for index in range(len(ROWS))]


def test_unicode_line_separators_do_not_end_a_row(tmp_path):
    rows = [("a\u2028b\x85c\x0bd", "x")]
    assert pairs(write(tmp_path / "a.tsv", tsv_text(rows))) == rows


@pytest.mark.parametrize(
    ("encoding", "setting"), [("utf-8-sig", "utf-8"), ("gb18030", "gb18030"), ("utf-16", "utf-16")]
)
def test_encodings_and_byte_order_marks(tmp_path, encoding, setting):
    path = write(tmp_path / "a.csv", csv_text(ROWS), encoding)
    assert pairs(path, DataConfig(encoding=setting)) == ROWS


def test_utf16_read_as_utf8_names_the_remedy(tmp_path):
    with pytest.raises(CorpusError, match="--encoding utf-16"):
        read_corpus(write(tmp_path / "a.csv", csv_text(ROWS), "utf-16"), DataConfig())


def test_fasttext_labels_stand_anywhere_and_are_not_in_the_text(tmp_path):
    path = write(tmp_path / "a.txt", "__label__b __label__a some text\nmore text __label__c\n")
    corpus = read_corpus(path, DataConfig()).corpus
    assert corpus.task is Task.MULTI_LABEL
    assert corpus.examples == (
        Example("some text", ("a", "b"), f"{path}:1"),
        Example("more text", ("c",), f"{path}:2"),
    )


def test_single_fasttext_labels_are_multi_class(tmp_path):
    path = write(tmp_path / "a.txt", "__label__a , one\n__label__b , two\n")
    assert read_corpus(path, DataConfig()).corpus.task is Task.MULTI_CLASS
    assert pairs(path) == [(", one", "a"), (", two", "b")]


def test_folder_per_class_reads_nested_files_in_path_order(tmp_path):
    for name, text in [("a/1.txt", "one\ntwo\n"), ("b/deep/2.txt", "three"), ("b/.hidden", "no"), ("b/1.txt", "four")]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write(tmp_path / name, text)
    assert pairs(tmp_path) == [("one\ntwo", "a"), ("four", "b"), ("three", "b")]


def test_column_names_by_setting(tmp_path):
    path = write(tmp_path / "a.csv", "id,body,kind\n1,hello,x\n")
    assert pairs(path, DataConfig(text_column="body", label_column="kind")) == [("hello", "x")]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "body,label\nx,y\n", "no column 'text', only 'body', 'label'; name the right one by --text-column"),
        ("a.csv", "text,kind\nx,y\n", "no column 'label'.*--label-column"),
        ("a.csv", "text,text,label\n", "twice column 'text'"),
        ("a.csv", "", "is empty"),
        ("a.jsonl", '[{"text": "x", "label": "y"}]', "JSON array; expected JSON Lines"),
        ("a.txt", "just a line\n", "cannot tell the format.*--format"),
    ],
)
def test_file_that_cannot_be_used_as_a_whole_names_the_remedy(tmp_path, name, text, message):
    with pytest.raises(CorpusError, match=message):
        read_corpus(write(tmp_path / name, text), DataConfig())


def test_missing_file_unknown_encoding_and_broken_gzip_are_clear_errors(tmp_path):
    with pytest.raises(CorpusError, match=r"cannot read .*: No such file"):
        read_corpus(tmp_path / "none.csv", DataConfig())
    with pytest.raises(CorpusError, match="unknown encoding"):
        read_corpus(write(tmp_path / "a.csv", csv_text(ROWS)), DataConfig(encoding="utf-9"))
    broken = tmp_path / "b.csv.gz"
    broken.write_bytes(gzip.compress(csv_text(ROWS * 50).encode())[:-20])
    with pytest.raises(CorpusError, match="not a complete gzip file"):
        read_corpus(broken, DataConfig())
