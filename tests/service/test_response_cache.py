from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from service.core import ServerCore
from service.errors import InvalidArgumentError
from service.limits import Limits
from service.models.manager import ModelManager
from service.models.repository import Repository
from service.response_cache import ENTRY_BYTES, KnownText, ResponseCache
from service.types import Classification, ClassifyQuery, ModelSpec, OnTooLong
from tests.service.fakes import FakeServable


def known(score: float = 0.5, labels: int = 2) -> KnownText:
    return KnownText(np.full(labels, score, np.float32), 1, 0, False)


def test_what_was_asked_for_longest_ago_is_forgotten_first() -> None:
    cache = ResponseCache(3 * (ENTRY_BYTES + 100))
    for name in "abc":
        cache.keep((0, False, name), known())
    assert cache.find((0, False, "a")) is not None
    cache.keep((0, False, "d"), known())
    cache.keep((0, False, "e"), known())
    assert [name for name in "abcde" if cache.find((0, False, name))] == ["a", "d", "e"]


def test_its_bytes_are_bounded_whatever_comes() -> None:
    cache = ResponseCache(20_000)
    for number in range(1000):
        cache.keep((0, False, "x" * (number % 300) + str(number % 70)), known(labels=number % 50 + 1))
        assert 0 < cache.size_bytes <= 20_000
    sizes = len(cache)
    cache.keep((0, False, "y" * 30_000), known())
    assert cache.find((0, False, "y" * 30_000)) is None
    assert len(cache) == sizes


def test_an_entry_that_is_kept_again_counts_once() -> None:
    cache = ResponseCache(10_000)
    cache.keep((0, False, "a"), known(0.1))
    before = cache.size_bytes
    cache.keep((0, False, "a"), known(0.2))
    assert cache.size_bytes == before
    found = cache.find((0, False, "a"))
    assert found is not None
    assert found.scores[0] == np.float32(0.2)


class EveryVersion(FakeServable):
    """Is all versions at once, so it outlives each of them."""

    def close(self) -> None:
        pass


class Stage:
    """The same model behind a core with a cache and one without."""

    def __init__(self, cached: ServerCore, plain: ServerCore, manager: ModelManager, servable: FakeServable) -> None:
        self.cached = cached
        self.plain = plain
        self.manager = manager
        self.servable = servable

    @property
    def scored(self) -> int:
        """Texts that the model was given so far."""
        return sum(len(tokens) for tokens in self.servable.scored)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    (tmp_path / "numbers" / "1").mkdir(parents=True)
    servable = EveryVersion(max_tokens=3)
    manager = ModelManager(Repository(tmp_path), lambda directory: servable)
    await manager.refresh()
    limits = Limits()
    yield Stage(ServerCore(manager, limits, cache=ResponseCache(2**20)), ServerCore(manager, limits), manager, servable)
    await manager.stop()


def query(*texts: str, on_too_long: OnTooLong = OnTooLong.TRUNCATE) -> ClassifyQuery:
    return ClassifyQuery(ModelSpec("numbers"), texts, on_too_long=on_too_long)


def without_times(answer: Classification) -> Classification:
    return replace(answer, timing=None)  # type: ignore[arg-type]


@pytest.mark.parametrize("policy", [OnTooLong.TRUNCATE, OnTooLong.CHUNK])
async def test_answers_are_those_of_a_service_without_a_cache(stage: Stage, policy: OnTooLong) -> None:
    calls = [("1 2", "x 3"), ("x 3", "1 2 3 4 5", "1 2"), ("1 2 3 4 5",), ("7", "7", "1 2", "7"), ("", "1 2")]
    for texts in calls:
        asked = query(*texts, on_too_long=policy)
        answer, plain = await stage.cached.classify(asked), await stage.plain.classify(asked)
        assert without_times(answer) == without_times(plain)


async def test_a_text_is_scored_once_however_often_it_comes(stage: Stage) -> None:
    await stage.cached.classify(query("1", "2", "1"))
    assert stage.scored == 2
    answer = await stage.cached.classify(query("2", "3", "1"))
    assert (stage.scored, answer.timing.batch_size) == (3, 1)
    answer = await stage.cached.classify(query("3", "2"))
    assert (stage.scored, answer.timing.batch_size) == (3, 0)


async def test_long_texts_are_told_apart_by_what_is_done_with_them(stage: Stage) -> None:
    cut = await stage.cached.classify(query("1 2 3 900"))
    whole = await stage.cached.classify(query("1 2 3 900", on_too_long=OnTooLong.CHUNK))
    assert cut.results[0].truncated
    assert not whole.results[0].truncated
    assert cut.results[0].labels != whole.results[0].labels


async def test_a_long_text_is_rejected_by_its_place_although_it_is_known(stage: Stage) -> None:
    await stage.cached.classify(query("1 2 3 4", "5"))
    with pytest.raises(InvalidArgumentError, match=r"texts\[1\]: has 4 tokens"):
        await stage.cached.classify(query("5", "1 2 3 4", on_too_long=OnTooLong.REJECT))


async def test_a_version_that_is_loaded_again_is_asked_again(stage: Stage, tmp_path: Path) -> None:
    await stage.cached.classify(query("1"))
    (tmp_path / "numbers" / "2").mkdir()
    await stage.manager.refresh()
    await stage.cached.classify(query("1"))
    assert stage.scored == 2
