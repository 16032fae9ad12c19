"""Where a version is found."""

import re
from pathlib import Path

import pytest

from training.errors import ExportError
from training.export.layout import MODEL_INFO, find_version_directory, is_version, versions


def make_version(directory: Path) -> Path:
    file = directory / MODEL_INFO
    file.parent.mkdir(parents=True)
    file.write_text("{}")
    return directory


@pytest.mark.parametrize(
    ("name", "expected"),
    [("1", True), ("20", True), ("0", False), ("007", False), ("-1", False), ("1.0", False), ("", False), ("٣", False)],
)
def test_a_version_is_a_positive_whole_number_without_leading_zeros(name: str, expected: bool) -> None:
    assert is_version(name) is expected


def test_versions_ascend_by_number_and_are_directories(tmp_path: Path) -> None:
    for name in ("10", "9", "1", "x", ".staging-1"):
        (tmp_path / name).mkdir()
    (tmp_path / "11").write_text("a file")
    assert versions(tmp_path) == [1, 9, 10]
    assert versions(tmp_path / "missing") == []


def test_a_version_directory_is_found_as_itself_and_a_model_directory_as_its_newest(tmp_path: Path) -> None:
    older, newer = make_version(tmp_path / "news/9"), make_version(tmp_path / "news/10")
    assert find_version_directory(older) == older
    assert find_version_directory(tmp_path / "news") == newer


def test_what_is_no_version_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=re.escape(f"{tmp_path / 'no'} does not exist; give the directory of a")):
        find_version_directory(tmp_path / "no")
    with pytest.raises(ExportError, match=re.escape(f"{tmp_path} holds no exported version")):
        find_version_directory(tmp_path)


def test_an_incomplete_newest_version_is_named_and_not_passed_over(tmp_path: Path) -> None:
    make_version(tmp_path / "1")
    (tmp_path / "2").mkdir()
    with pytest.raises(ExportError, match=re.escape(f"{tmp_path / '2'} holds no exported version")):
        find_version_directory(tmp_path)
