"""What later looks at the repository change, and that nobody who calls meanwhile is the worse for it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from service.compilation.buckets import Bucket
from service.core import ServerCore
from service.errors import NotFoundError
from service.limits import Limits
from service.models.repository import RepositoryError
from service.servable import ModelLoadError
from service.types import ClassifyQuery, ModelSpec, ModelState, ModelStatus
from tests.service.fakes import Clock, FakeServable, Gate, TimedServable, settle
from tests.service.models.house import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A model in version 2, in service."""
    house = House(tmp_path)
    house.add("a/2")
    await house.refresh()
    yield house
    await house.manager.stop()


async def test_new_version_takes_over_and_the_old_one_is_closed(house: House) -> None:
    old, new = house.loader.answers["a/2"], house.add("a/3")
    await house.refresh()
    await house.closing()
    assert house.served() == 3
    assert house.states == {"a/3": "AVAILABLE"}
    assert isinstance(old, FakeServable)
    assert old.closed
    assert not new.closed


async def test_old_version_serves_until_the_new_one_is_loaded(house: House) -> None:
    house.add("a/3")
    house.loader.gate.close()
    refresh = asyncio.create_task(house.refresh())
    await settle()
    while house.states.get("a/3") != "LOADING":
        await asyncio.sleep(0)
    assert house.served() == 2
    house.loader.gate.open()
    await refresh
    assert house.served() == 3


async def test_new_model_is_served_beside_the_others(house: House) -> None:
    house.add("b/1")
    await house.refresh()
    assert house.states == {"a/2": "AVAILABLE", "b/1": "AVAILABLE"}


async def test_nothing_new_changes_nothing(house: House) -> None:
    heard: list[ModelStatus] = []
    house.manager.subscribe(heard.append)
    await house.refresh()
    assert heard == []
    assert house.loader.loaded == ["a/2"]


async def test_older_version_that_comes_late_is_not_loaded(house: House) -> None:
    house.add("a/1")
    await house.refresh()
    assert house.states == {"a/2": "AVAILABLE"}


async def test_broken_new_version_leaves_the_old_one_in_service_and_is_tried_once(house: House) -> None:
    house.add("a/3", ModelLoadError("no weights"))
    await house.refresh()
    await house.refresh()
    assert house.served() == 2
    assert house.states == {"a/2": "AVAILABLE", "a/3": "FAILED"}
    assert house.loader.loaded == ["a/2", "a/3"]


async def test_broken_version_is_forgotten_when_it_is_gone_and_tried_again_when_it_is_back(house: House) -> None:
    house.add("a/3", ModelLoadError("half copied"))
    await house.refresh()
    house.remove("a/3")
    await house.refresh()
    assert house.states == {"a/2": "AVAILABLE"}
    house.add("a/3")
    await house.refresh()
    assert house.served() == 3


async def test_removed_version_is_replaced_by_the_next_older_one(house: House) -> None:
    house.add("a/1")
    house.remove("a/2")
    await house.refresh()
    await house.closing()
    assert house.states == {"a/1": "AVAILABLE"}


async def test_removed_version_serves_on_where_all_that_is_left_is_broken(house: House) -> None:
    house.add("a/3", ModelLoadError("no weights"))
    house.remove("a/2")
    await house.refresh()
    assert house.served() == 2


@pytest.mark.parametrize("path", ["a", "a/2"])
async def test_removed_model_is_unloaded(house: House, path: str) -> None:
    house.add("b/1")
    house.remove(path)
    await house.refresh()
    await house.closing()
    assert "a/2" not in house.states
    assert house.loader.answers["a/2"].closed  # type: ignore[union-attr]
    with pytest.raises(NotFoundError):
        house.served("a")


async def test_empty_repository_is_taken_for_a_fault(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.remove("a")
    await house.refresh()
    assert house.served() == 2
    assert "empty" in caplog.text


async def test_repository_that_cannot_be_read_changes_nothing(house: House) -> None:
    house.root.rename(house.root.with_name("moved"))
    with pytest.raises(RepositoryError):
        await house.refresh()
    assert house.served() == 2


async def test_model_that_cannot_be_read_stays_in_service(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.add("b/1")
    listdir = Path.iterdir

    def broken(path: Path) -> object:
        if path.name == "a":
            raise PermissionError(13, "Permission denied")
        return listdir(path)

    monkeypatch.setattr(Path, "iterdir", broken)
    await house.refresh()
    assert house.served() == 2
    assert house.states == {"a/0": "FAILED", "a/2": "AVAILABLE", "b/1": "AVAILABLE"}


async def test_what_was_amiss_is_logged_once_and_struck_off_when_it_is_gone(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    (house.root / "a" / "latest").mkdir()
    await house.refresh()
    await house.refresh()
    assert house.states == {"a/0": "FAILED", "a/2": "AVAILABLE"}
    assert caplog.text.count("latest") == 1
    house.remove("a/latest")
    await house.refresh()
    assert house.states == {"a/2": "AVAILABLE"}


async def test_version_that_is_held_is_closed_when_it_is_let_go(house: House) -> None:
    old = house.loader.answers["a/2"]
    assert isinstance(old, FakeServable)
    house.add("a/3")
    with house.manager.acquire(ModelSpec("a")) as model:
        await house.refresh()
        assert house.states == {"a/2": "UNLOADING", "a/3": "AVAILABLE"}
        assert model.spec.version == 2
        assert not old.closed
    await house.closing()
    assert old.closed


async def test_stop_waits_for_versions_that_are_being_closed(house: House) -> None:
    old = house.loader.answers["a/2"]
    assert isinstance(old, FakeServable)
    new = house.add("a/3")
    with house.manager.acquire(ModelSpec("a")):
        await house.refresh()
        stop = asyncio.create_task(house.manager.stop())
        while not new.closed:
            await asyncio.sleep(0)
        await settle()
        assert not stop.done()
    await stop
    assert old.closed


async def test_listener_hears_of_a_version_that_is_struck_off(house: House) -> None:
    heard: list[tuple[int, ModelState, list[str]]] = []
    house.manager.subscribe(lambda status: heard.append((status.version, status.state, list(house.states))))
    house.add("a/3")
    await house.refresh()
    await house.closing()
    assert heard == [
        (3, ModelState.LOADING, ["a/2", "a/3"]),
        (3, ModelState.AVAILABLE, ["a/2", "a/3"]),
        (2, ModelState.UNLOADING, ["a/2", "a/3"]),
        (2, ModelState.UNLOADING, ["a/3"]),
    ]


async def test_next_version_is_compiled_first_for_the_shapes_that_the_last_one_was_used_for(tmp_path: Path) -> None:
    clock = Clock()
    house = House(tmp_path, compile_seconds=1, clock=clock)  # time for one shape
    house.add("a/1", TimedServable(clock))
    await house.refresh()
    with house.manager.acquire(ModelSpec("a")) as model:
        assert model.buckets == [Bucket(1, 8)]
        tokens = await model.tokenize(["7 " * 60] * 5)
        while len(model.buckets) < 2:
            await model.batcher.score(tokens, None)
        await model.batcher.score(tokens, None)
        assert model.buckets == [Bucket(8, 64), Bucket(1, 8)]
    house.add("a/2", TimedServable(clock))
    await house.refresh()
    with house.manager.acquire(ModelSpec("a", 2)) as model:
        assert model.buckets == [Bucket(8, 64)]
    await house.manager.stop()


async def test_no_call_fails_while_versions_come_and_go(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.add("a/1")
    await house.refresh()
    core = ServerCore(house.manager, Limits())
    done, versions = asyncio.Event(), set()

    async def call_on(number: int) -> None:
        while not done.is_set():
            answer = await core.classify(ClassifyQuery(ModelSpec("a"), (f"{number} 5",)))
            np.testing.assert_allclose(answer.results[0].labels[0].score, 1 - (number + 5) / 1000, rtol=1e-6)
            versions.add(answer.spec.version)

    callers = [asyncio.create_task(call_on(number)) for number in range(8)]
    for version in range(2, 12):
        house.add(f"a/{version}", FakeServable(gate=Gate()))
        house.remove(f"a/{version - 1}")
        await house.refresh()
        while version not in versions:  # until calls have been answered by it
            await asyncio.sleep(0)
    done.set()
    await asyncio.gather(*callers)
    await house.closing()
    assert versions == set(range(1, 12))
    assert house.states == {"a/11": "AVAILABLE"}
    closed = [name for name, servable in house.loader.answers.items() if servable.closed]  # type: ignore[union-attr]
    assert len(closed) == 10
    await house.manager.stop()
