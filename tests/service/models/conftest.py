"""Keeps the collections cheap by which the memory of unloaded versions comes back: hundreds of them run here."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="package")
def cheap_collections() -> Iterator[None]:
    gc.freeze()
    yield
    gc.unfreeze()
