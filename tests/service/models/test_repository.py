import os
from pathlib import Path

import pytest

from service.models.repository import Repository, RepositoryError


def make(root: Path, *paths: str) -> Repository:
    for path in paths:
        (root / path).mkdir(parents=True)
    return Repository(root)


def test_models_and_their_versions_are_found_in_numeric_order(tmp_path: Path) -> None:
    repository = make(tmp_path, "news/2", "news/10", "新闻-v1.5/1")
    listing = repository.scan()
    assert listing.versions == {"news": (2, 10), "新闻-v1.5": (1,)}
    assert listing.problems == ()
    assert repository.directory("news", 10) == tmp_path / "news" / "10"


def test_files_and_hidden_or_unfinished_directories_are_ignored(tmp_path: Path) -> None:
    repository = make(tmp_path, "news/1", "news/.2.tmp", "news/_3", ".git/1", "_old/1", "lost+found", "lost/1")
    (tmp_path / "README").touch()
    (tmp_path / "news" / "7").touch()
    listing = repository.scan()
    assert listing.versions == {"news": (1,), "lost": (1,)}
    assert listing.problems == ()


@pytest.mark.parametrize("name", ["latest", "v1", "0", "-1", "01", "1.5", "1" * 19, "١"])
def test_directory_that_is_no_version_is_reported_beside_the_good_ones(tmp_path: Path, name: str) -> None:
    listing = make(tmp_path, "news/1", f"news/{name}").scan()
    assert listing.versions == {"news": (1,)}
    (problem,) = listing.problems
    assert problem.model == "news"
    assert "is not a version" in problem.reason
    assert name in problem.reason


@pytest.mark.parametrize("name", ["my model", "-news", "a:b", "n" * 129, "line\nbreak"])
def test_directory_that_is_no_model_is_reported(tmp_path: Path, name: str) -> None:
    listing = make(tmp_path, f"{name}/1", "news/1").scan()
    assert listing.versions == {"news": (1,)}
    assert [problem.model for problem in listing.problems] == [name]


def test_name_that_is_no_utf8_is_reported_in_printable_form(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9")).mkdir()
    except OSError:
        pytest.skip("the file system takes UTF-8 names only")
    (problem,) = Repository(tmp_path).scan().problems
    assert problem.model == "caf\\udce9"


def test_model_without_versions_is_reported(tmp_path: Path) -> None:
    listing = make(tmp_path, "news").scan()
    assert listing.versions == {"news": ()}
    assert "no version" in listing.problems[0].reason


def test_missing_repository_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="nowhere"):
        Repository(tmp_path / "nowhere").scan()
