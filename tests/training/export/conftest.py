"""A version that a test may damage."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def version(tiny_version: Path, tmp_path: Path) -> Path:
    """A copy of its own: <tmp_path>/tiny/1."""
    return shutil.copytree(tiny_version, tmp_path / "tiny/1")
