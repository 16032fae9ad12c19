"""A small valid version directory whose scores NumPy knows, made without any of the training code."""

import shutil
from pathlib import Path

import pytest

from tests.service.tiny_version import write_tiny_version


@pytest.fixture(scope="session")
def pristine_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The version as it was written; tests that change it take `version`."""
    return write_tiny_version(tmp_path_factory.mktemp("tiny") / "1")


@pytest.fixture
def version(pristine_version: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage: <tmp_path>/tiny/1."""
    return shutil.copytree(pristine_version, tmp_path / "tiny/1")
