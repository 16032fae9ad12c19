import gzip
from pathlib import Path

import numpy as np
import pytest

from training.errors import CorpusError
from training.vectors.reading import read_vectors


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("head", ["", "3 2\n"], ids=["GloVe", "fastText"])
def test_the_vectors_of_wanted_words_are_read(tmp_path: Path, head: str) -> None:
    file = write(tmp_path / "v.vec", head + "the 0.5 -1\n银行 2 3e-1 \nother 1 1\n")
    vectors = read_vectors(file, ["the", "银行", "absent"])
    assert vectors.width == 2
    assert {word: vector.tolist() for word, vector in vectors.by_word.items()} == {
        "the": [0.5, -1.0],
        "银行": [2.0, np.float32(0.3)],
    }


def test_a_gzipped_file_is_read_the_same(tmp_path: Path) -> None:
    file = tmp_path / "v.vec.gz"
    file.write_bytes(gzip.compress(b"the 0.5 -1\n"))
    assert read_vectors(file, ["the"]).by_word["the"].tolist() == [0.5, -1.0]


def test_a_capital_form_stands_in_for_a_word_that_has_no_line_of_its_own(tmp_path: Path) -> None:
    file = write(tmp_path / "v.vec", "Paris 1 0\nPARIS 2 0\nThe 3 0\nthe 4 0\n")
    vectors = read_vectors(file, ["paris", "the"]).by_word
    assert (vectors["paris"][0], vectors["the"][0]) == (1, 4)


def test_a_word_that_is_there_twice_has_its_first_vector(tmp_path: Path) -> None:
    assert read_vectors(write(tmp_path / "v", "a 1\na 2\n"), ["a"]).by_word["a"][0] == 1


def test_words_with_spaces_are_passed_over(tmp_path: Path) -> None:
    vectors = read_vectors(write(tmp_path / "v", "a 1 2\nat name@example.org 3 4\nat 5 6\n"), ["a", "at"]).by_word
    assert vectors["at"].tolist() == [5, 6]


def test_bytes_that_are_not_utf_8_hurt_nobody(tmp_path: Path) -> None:
    file = tmp_path / "v"
    file.write_bytes(b"\xff\xfe 1 2\na 3 4\n")
    assert read_vectors(file, ["a"]).by_word["a"].tolist() == [3, 4]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no vectors in it"),
        ("3 2\n", "no vectors in it"),
        ("word\n", "v:1: a word without numbers"),
        ("a 1 2\nb 1\n", "v:2: 1 numbers; expected a word and 2 numbers"),
        ("a 1 2\nb 1 x\n", "v:2: .*'x'"),
        ("a 1 2\nb 1 nan\n", "v:2: a number that is not finite"),
    ],
)
def test_a_line_that_is_no_vector_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        read_vectors(write(tmp_path / "v", text), ["a", "b"])


def test_a_broken_line_of_a_word_that_nobody_wants_is_passed_over(tmp_path: Path) -> None:
    assert read_vectors(write(tmp_path / "v", "a 1 2\nb 1 x\n"), ["a"]).by_word.keys() == {"a"}


def test_a_file_that_is_not_there_or_cut_off_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"cannot read the vectors .*absent"):
        read_vectors(tmp_path / "absent", ["a"])
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(b"a 1 2\n" * 1000)[:-9])
    with pytest.raises(CorpusError, match=r"cannot read the vectors .*cut\.gz"):
        read_vectors(cut, ["a"])
