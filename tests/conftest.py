"""Fixtures that several parts of the tests share."""

from pathlib import Path

import pytest

from tests.exports import Export, make_exports


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> list[Export]:
    """Real versions: embedding and one-hot input, multi-class and multi-label, and a Transformer."""
    folder: Path = tmp_path_factory.mktemp("exports")
    return make_exports(folder)
