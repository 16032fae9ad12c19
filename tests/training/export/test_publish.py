"""A version appears at once and whole, or not at all."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from training.errors import ExportError
from training.export.layout import versions
from training.export.publish import check_target, next_version, publish, staging_directory


def nothing(number: int) -> None:
    """There is nothing to prepare."""


def publish_one(
    model: Path, version: int = 0, prepare: Callable[[int], None] = nothing, content: str = "weights"
) -> Path:
    with staging_directory(model) as staging:
        (staging / "file").write_text(content)
        return publish(staging, model, version, prepare)


def hidden(model: Path) -> list[Path]:
    return [entry for entry in model.iterdir() if entry.name.startswith(".")]


@pytest.mark.parametrize("name", ["", ".hidden", "-x", "a/b", "..", "a b", "评论", "a\n", "a" * 129])
def test_a_name_that_the_service_refuses_is_refused_before_training(tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportError, match=re.escape(f"model name {name!r} must be 1 to 128 letters, digits")):
        check_target(tmp_path, name, 0)


@pytest.mark.parametrize("name", ["news", "6-trec", "a.b_C-1", "a" * 128])
def test_a_good_name_and_a_free_number_pass(tmp_path: Path, name: str) -> None:
    check_target(tmp_path, name, 0)
    check_target(tmp_path / "not there yet", name, 7)
    assert list(tmp_path.iterdir()) == []


def test_a_negative_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="must be positive, or 0 for the next free one; got -1"):
        check_target(tmp_path, "news", -1)


def test_a_version_that_exists_is_refused(tmp_path: Path) -> None:
    target = publish_one(tmp_path / "news", 3)
    with pytest.raises(ExportError, match=re.escape(f"{target} exists, and a version never changes")):
        check_target(tmp_path, "news", 3)


def test_staging_is_a_hidden_sibling_of_the_versions(tmp_path: Path) -> None:
    with staging_directory(tmp_path / "models/news") as staging:
        assert staging.is_dir()
        assert staging.parent == tmp_path / "models/news"
        assert staging.name.startswith(".")


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_behind_after_an_error_or_ctrl_c(tmp_path: Path, error: type[BaseException]) -> None:
    def write_half(staging: Path) -> None:
        (staging / "variables").mkdir()
        (staging / "variables/data").write_text("half")
        raise error

    with pytest.raises(error), staging_directory(tmp_path / "models/news") as staging:
        write_half(staging)
    assert list(tmp_path.iterdir()) == []


def test_an_error_leaves_alone_what_was_there_before(tmp_path: Path) -> None:
    model = tmp_path / "models/news"
    model.mkdir(parents=True)
    with pytest.raises(RuntimeError), staging_directory(model):
        raise RuntimeError
    assert list(model.iterdir()) == []
    publish_one(model)
    with pytest.raises(RuntimeError), staging_directory(model):
        raise RuntimeError
    assert [entry.name for entry in model.iterdir()] == ["1"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file")
    with (
        pytest.raises(
            ExportError, match=r"cannot write .*models/news/.*Not a directory; give another place with --rep"
        ),
        staging_directory(tmp_path / "models/news"),
    ):
        pass


def test_a_version_is_published_by_renaming(tmp_path: Path) -> None:
    model = tmp_path / "news"
    with staging_directory(model) as staging:
        (staging / "file").write_text("weights")
        inode = staging.stat().st_ino
        assert publish(staging, model, 0, nothing) == model / "1"
    assert (model / "1").stat().st_ino == inode
    assert (model / "1/file").read_text() == "weights"
    assert hidden(model) == []


def test_the_next_version_is_one_more_than_the_highest(tmp_path: Path) -> None:
    for name in ("1", "9", "10", "011", "x12", ".staging-13", "-14"):
        (tmp_path / name).mkdir()
    assert next_version(tmp_path) == 11
    assert publish_one(tmp_path).name == "11"


def test_the_number_is_prepared_before_the_rename(tmp_path: Path) -> None:
    prepared: list[int] = []

    def prepare(number: int) -> None:
        prepared.append(number)
        assert versions(tmp_path) == []

    publish_one(tmp_path, 5, prepare)
    assert prepared == versions(tmp_path) == [5]


def test_a_version_that_came_into_being_meanwhile_is_not_touched(tmp_path: Path) -> None:
    publish_one(tmp_path, 3, content="first")
    with pytest.raises(ExportError, match="3 has come into being meanwhile; choose another version"):
        publish_one(tmp_path, 3, content="second")
    assert (tmp_path / "3/file").read_text() == "first"
    assert hidden(tmp_path) == []


def test_the_next_number_is_taken_when_someone_else_was_faster(tmp_path: Path) -> None:
    prepared: list[int] = []

    def prepare(number: int) -> None:
        prepared.append(number)
        if number == 1:
            publish_one(tmp_path, 1, content="faster")

    assert publish_one(tmp_path, prepare=prepare, content="slower").name == "2"
    assert prepared == [1, 2]
    assert (tmp_path / "1/file").read_text() == "faster"
    assert (tmp_path / "2/file").read_text() == "slower"


def test_many_exports_at_once_get_a_version_each(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda number: publish_one(tmp_path / "news", content=str(number)), range(24)))
    assert sorted(int(path.name) for path in paths) == list(range(1, 25))
    assert [(path / "file").read_text() for path in paths] == [str(number) for number in range(24)]
