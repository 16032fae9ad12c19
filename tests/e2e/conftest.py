"""A repository with one real, tiny model, made once."""

from pathlib import Path

import pytest

from tests.service.tiny_version import write_tiny_version


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    write_tiny_version(root / "tiny" / "1")
    return root
