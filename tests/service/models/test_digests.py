import hashlib
from pathlib import Path

import pytest

from service.models.digests import verify_digests
from service.servable import ModelLoadError


@pytest.fixture
def version(tmp_path: Path) -> Path:
    (tmp_path / "assets.extra").mkdir()
    (tmp_path / "variables").mkdir()
    (tmp_path / "saved_model.pb").write_bytes(b"graph")
    (tmp_path / "variables" / "data").write_bytes(b"weights")
    (tmp_path / "assets.extra" / "model.json").write_text("{}")
    return tmp_path


@pytest.fixture
def sha256() -> dict[str, str]:
    return {
        "saved_model.pb": hashlib.sha256(b"graph").hexdigest(),
        "variables/data": hashlib.sha256(b"weights").hexdigest().upper(),
    }


def test_untouched_files_pass(version: Path, sha256: dict[str, str]) -> None:
    verify_digests(version, sha256)


def test_changed_file_is_named(version: Path, sha256: dict[str, str]) -> None:
    (version / "variables" / "data").write_bytes(b"weightz")
    with pytest.raises(ModelLoadError, match=r"variables/data has been changed"):
        verify_digests(version, sha256)


def test_missing_file_is_named(version: Path, sha256: dict[str, str]) -> None:
    (version / "variables" / "data").unlink()
    with pytest.raises(ModelLoadError, match=r"variables/data is listed in model\.json but missing"):
        verify_digests(version, sha256)


def test_file_that_is_not_listed_is_named(version: Path, sha256: dict[str, str]) -> None:
    (version / "variables" / "more").touch()
    with pytest.raises(ModelLoadError, match=r"variables/more is not listed"):
        verify_digests(version, sha256)


def test_listing_cannot_reach_out_of_the_version(version: Path, sha256: dict[str, str]) -> None:
    with pytest.raises(ModelLoadError, match=r"missing"):
        verify_digests(version, sha256 | {"../secret": "00"})


def test_version_without_digests_is_refused(version: Path) -> None:
    with pytest.raises(ModelLoadError, match=r"saved_model\.pb is not listed"):
        verify_digests(version, {})
