import gzip
from pathlib import Path

import pytest

from service.bulk.rows import BadRow, InputError, Row, RowReader


def read(path: Path, content: bytes, format: str | None = None, field: str = "text") -> list[tuple[str, str]]:
    """Number of the line, and the text or the reason why there is none."""
    path.write_bytes(content)
    with RowReader(str(path), format, field) as reader:
        rows = list(reader)
    return [
        (row.source.removeprefix(f"{path}:"), row.text if isinstance(row, Row) else f"bad: {row.reason}")
        for row in rows
    ]


def test_every_line_is_a_text_and_an_empty_line_an_empty_one(tmp_path: Path) -> None:
    content = "\ufeff好 的\r\n\n  b \u2028 c\nlast".encode()
    assert read(tmp_path / "t.txt", content) == [("1", "好 的"), ("2", ""), ("3", "  b \u2028 c"), ("4", "last")]


def test_json_lines_give_their_field_and_say_what_is_wrong_otherwise(tmp_path: Path) -> None:
    rows = read(
        tmp_path / "t.jsonl",
        b'{"body": "a"}\n{"text": "b"}\nno\n{"body": 3}\n{"body": "\\ud800"}\n\xff\n',
        field="body",
    )
    assert rows[0] == ("1", "a")
    assert [number for number, _ in rows] == ["1", "2", "3", "4", "5", "6"]
    assert [text.partition(" ")[0] for _, text in rows[1:]] == ["bad:"] * 5
    assert 'expected an object such as {"body": "…"}' in rows[1][1]


def test_tables_give_their_column_with_quotes_and_line_ends_in_it(tmp_path: Path) -> None:
    content = b'id,text\n1,"a, ""b""\nc"\n\n2\n3,\xff\n4,d\n'
    rows = read(tmp_path / "t.csv", content)
    assert rows == [
        ("2", 'a, "b"\nc'),
        ("5", "bad: 1 columns; expected 2"),
        ("6", "bad: not UTF-8"),
        ("7", "d"),
    ]
    assert read(tmp_path / "t.tsv", b"text\tid\nx y\t1\n") == [("2", "x y")]


def test_a_missing_column_is_told_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column 'text'; there are id, body: name one with --text-field"):
        read(tmp_path / "t.csv", b"id,body\n1,x\n")


def test_a_gzipped_file_is_read_the_same_and_one_that_breaks_off_is_an_error(tmp_path: Path) -> None:
    packed = gzip.compress(b"".join(b"line %d\n" % number for number in range(3000)))
    assert read(tmp_path / "t.txt.gz", packed)[-1] == ("3000", "line 2999")
    with pytest.raises(InputError, match=r"cannot read .*t\.txt\.gz"):
        read(tmp_path / "t.txt.gz", packed[:-20])


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path / "t.csv", b"") == []
    assert read(tmp_path / "t.txt", b"") == []


def test_a_missing_file_is_named() -> None:
    with pytest.raises(InputError, match=r"cannot read /nowhere/t\.csv: No such file"):
        RowReader("/nowhere/t.csv")


def test_the_share_that_was_read_grows_to_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_bytes(b"some line\n" * 100_000)
    with RowReader(str(tmp_path / "t.txt")) as reader:
        shares = [reader.share for _ in reader]
    assert shares == sorted(share for share in shares if share is not None)
    assert 0 < (shares[0] or 0) < 0.5
    assert shares[-1] == 1


def test_a_bad_row_reads_as_place_and_reason() -> None:
    assert str(BadRow("t.csv:3", "not UTF-8")) == "t.csv:3: not UTF-8"
