"""Fixtures that several parts of the tests share."""

import pickle
from pathlib import Path

import pytest
from filelock import FileLock

from tests.exports import Export, make_exports


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> list[Export]:
    """Real versions: embedding and one-hot input, multi-class and multi-label, and a Transformer.

    Made once for all test processes of a run: whichever asks first makes them, and the others wait.
    """
    own: Path = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "exports"
    with FileLock(f"{folder}.lock"):
        made = folder / "made.pickle"
        if not made.exists():
            folder.mkdir()
            made.write_bytes(pickle.dumps(make_exports(folder)))
        exports: list[Export] = pickle.loads(made.read_bytes())
    return exports
