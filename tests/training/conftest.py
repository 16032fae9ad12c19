"""Small valid versions whose scores NumPy knows, made without any of the training code."""

from pathlib import Path

import pytest

from tests.service.tiny_version import write_tiny_version


@pytest.fixture(scope="session")
def tiny_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """<model>/1, which knows ten words and is not to be changed; tests/service/tiny_version.py has its scores."""
    return write_tiny_version(tmp_path_factory.mktemp("multi-class") / "tiny" / "1")


@pytest.fixture(scope="session")
def tiny_multi_label_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for any number of labels a text, each from a score of 0.5 on."""
    return write_tiny_version(tmp_path_factory.mktemp("multi-label") / "tiny" / "1", multi_label=True)
