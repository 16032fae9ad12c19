"""The digests of a version directory: every file has one, and whatever differs from them is named."""

from pathlib import Path

import pytest

from training.errors import ExportError
from training.export.digests import check_digests, digest_files

# Published in FIPS 180-2, appendix B.1, and that of the empty message.
SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "variables").mkdir()
    (tmp_path / "assets.extra").mkdir()
    (tmp_path / "saved_model.pb").write_bytes(b"abc")
    (tmp_path / "variables/model.json").write_bytes(b"")
    (tmp_path / "assets.extra/model.json").write_text("{}")
    return tmp_path


@pytest.fixture
def digests(directory: Path) -> dict[str, str]:
    return digest_files(directory)


def test_every_file_but_the_model_info_has_a_digest(digests: dict[str, str]) -> None:
    assert digests == {"saved_model.pb": SHA256_OF_ABC, "variables/model.json": SHA256_OF_NOTHING}


def test_an_untouched_directory_passes(directory: Path, digests: dict[str, str]) -> None:
    check_digests(directory, digests)


def test_a_missing_file_is_named(directory: Path, digests: dict[str, str]) -> None:
    (directory / "variables/model.json").unlink()
    with pytest.raises(ExportError, match=r"variables/model\.json is missing; export or copy the version again"):
        check_digests(directory, digests)


def test_a_changed_file_is_named(directory: Path, digests: dict[str, str]) -> None:
    (directory / "saved_model.pb").write_bytes(b"abd")
    with pytest.raises(ExportError, match=r"saved_model\.pb was changed after the export"):
        check_digests(directory, digests)


def test_an_added_file_is_named(directory: Path, digests: dict[str, str]) -> None:
    (directory / "variables/more").touch()
    with pytest.raises(ExportError, match=r"variables/more does not belong to this version; remove it"):
        check_digests(directory, digests)
