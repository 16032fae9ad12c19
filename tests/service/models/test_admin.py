"""What an operator changes while the server runs, and that looks at the repository do not undo it."""

import asyncio
import weakref
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.errors import (
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    ServiceError,
    UnavailableError,
)
from service.servable import ModelLoadError
from service.types import ModelSpec, ModelState, ModelStatus
from service.versioning.settings import Versioning, parse_all_labels
from tests.service.fakes import FakeServable, Gate, GatedCompiler, settle
from tests.service.models.house import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A model with three versions, of which the newest is in service."""
    house = House(tmp_path)
    for version in (1, 2, 3):
        house.add(f"a/{version}")
    await house.refresh()
    yield house
    await house.manager.stop()


async def test_version_is_loaded_beside_the_others_and_stays(house: House) -> None:
    statuses = await house.manager.admin.load("a", 1)
    await house.refresh()
    assert statuses == [ModelStatus("a", 1, ModelState.AVAILABLE), ModelStatus("a", 3, ModelState.AVAILABLE)]
    assert house.manager.statuses() == statuses
    assert (house.served(version=1), house.served()) == (1, 3)


async def test_load_finds_what_came_since_the_last_look(house: House) -> None:
    house.add("a/4")
    await house.manager.admin.load("a", 4)
    await house.closing()
    assert house.served() == 4
    assert house.states == {"a/4": "AVAILABLE"}  # by its policy, the newest alone


async def test_version_takes_no_call_before_it_is_verified_and_compiled(tmp_path: Path) -> None:
    house = House(tmp_path, compile_seconds=10)
    servable = GatedCompiler()
    house.add("a/2")
    await house.refresh()
    house.add("a/1", servable)
    load = asyncio.create_task(house.manager.admin.load("a", 1))
    await servable.compiler_gate.arrival()
    with pytest.raises(UnavailableError, match="being loaded"):
        house.served(version=1)
    assert house.served() == 2
    servable.compiler_gate.open()
    await load
    assert house.served(version=1) == 1
    await house.manager.stop()


async def test_version_that_cannot_be_loaded_is_an_error_with_the_reason_and_can_be_tried_again(house: House) -> None:
    house.add("a/5", ModelLoadError("no weights"))
    with pytest.raises(FailedPreconditionError, match="version 5 of model 'a' could not be loaded: no weights"):
        await house.manager.admin.load("a", 5)
    assert house.served() == 3
    house.loader.answers["a/5"] = FakeServable()
    await house.refresh()
    assert house.served() == 3  # what failed once is as it was, unless it is asked for
    await house.manager.admin.load("a", 5)
    assert house.served() == 5


async def test_what_the_repository_lacks_is_not_found(house: House) -> None:
    with pytest.raises(NotFoundError, match="no version 9 of model 'a'; of this model it has 1, 2, 3"):
        await house.manager.admin.load("a", 9)
    with pytest.raises(NotFoundError, match="no model 'b'"):
        await house.manager.admin.load("b")


async def test_unloaded_version_is_closed_and_the_policy_puts_the_next_older_one_in_its_place(house: House) -> None:
    old = house.loader.answers["a/3"]
    assert isinstance(old, FakeServable)
    states: list[str] = []
    house.manager.subscribe(lambda status: states.append(f"{status.version} {status.state.name}"))
    await house.manager.admin.unload("a", 3)
    assert old.closed
    assert states.index("2 AVAILABLE") < states.index("3 UNLOADING")
    await house.refresh()
    assert house.states == {"a/2": "AVAILABLE"}
    await house.manager.admin.load("a", 3)
    assert house.served() == 3


async def test_nothing_holds_an_unloaded_version_any_more(tmp_path: Path) -> None:
    house = House(tmp_path, compile_seconds=1)
    house.add("b/1")
    house.add("a/1")
    await house.refresh()
    with house.manager.acquire(ModelSpec("a")) as model:
        await model.batcher.score(await model.tokenize(["1"]), None)
        servable = weakref.ref(house.loader.answers.pop("a/1"))
    del model
    await house.manager.admin.unload("a")
    async with asyncio.timeout(60):  # the thread that closed it lets go of it a moment after it has said so
        while servable() is not None:
            await asyncio.sleep(0.001)
    await house.manager.stop()


async def test_unload_waits_for_those_who_hold_the_version(house: House) -> None:
    old = house.loader.answers["a/3"]
    assert isinstance(old, FakeServable)
    with house.manager.acquire(ModelSpec("a", 3)):
        unload = asyncio.create_task(house.manager.admin.unload("a", 3))
        while house.states.get("a/3") != "UNLOADING":
            await asyncio.sleep(0)
        await settle()
        assert not old.closed
        assert not unload.done()
        assert house.served() == 2
    await unload
    assert old.closed


async def test_version_that_is_being_closed_is_loaded_afresh_when_that_is_done(house: House) -> None:
    old = house.loader.answers["a/3"]
    assert isinstance(old, FakeServable)
    with house.manager.acquire(ModelSpec("a", 3)):
        unload = asyncio.create_task(house.manager.admin.unload("a", 3))
        while house.states.get("a/3") != "UNLOADING":
            await asyncio.sleep(0)
        house.loader.answers["a/3"] = FakeServable()
        load = asyncio.create_task(house.manager.admin.load("a", 3))
        await settle()
        assert house.loader.loaded.count("a/3") == 1
    await asyncio.gather(unload, load)
    assert old.closed
    assert house.served() == 3


@pytest.fixture
async def orphaned(tmp_path: Path) -> AsyncIterator[House]:
    """A version that serves on though it is gone from the disk, where a broken one has come."""
    house = House(tmp_path)
    house.add("a/1")
    await house.refresh()
    house.remove("a/1")
    house.add("a/2", ModelLoadError("no weights"))
    yield house
    await house.manager.stop()


async def test_version_that_serves_on_though_it_is_gone_from_the_disk_can_be_unloaded(orphaned: House) -> None:
    await orphaned.refresh()
    assert orphaned.served() == 1
    await orphaned.manager.admin.unload("a", 1)
    assert orphaned.states == {"a/2": "FAILED"}


async def test_load_that_fails_takes_nobody_out_who_serves_on_though_gone_from_the_disk(orphaned: House) -> None:
    with pytest.raises(FailedPreconditionError, match="no weights"):
        await orphaned.manager.admin.load("a", 2)
    assert orphaned.served() == 1


async def test_whole_model_is_unloaded_until_it_is_loaded_again(house: House) -> None:
    house.add("b/1")
    await house.manager.admin.load("a", 1)
    await house.refresh()
    assert await house.manager.admin.unload("a") == []
    await house.refresh()
    assert house.states == {"b/1": "AVAILABLE"}
    with pytest.raises(NotFoundError, match="no model 'a'"):
        house.served("a")
    await house.manager.admin.load("a")
    assert house.states == {"a/3": "AVAILABLE", "b/1": "AVAILABLE"}


async def test_unload_of_what_is_not_in_service_is_not_found(house: House) -> None:
    with pytest.raises(NotFoundError, match="version 1 of model 'a' is not in service; in service: 3"):
        await house.manager.admin.unload("a", 1)
    with pytest.raises(NotFoundError, match="no model 'b'; this server has a"):
        await house.manager.admin.unload("b")


async def test_label_moves_between_versions_in_service(house: House) -> None:
    admin = house.manager.admin
    await admin.load("a", 1)
    admin.set_label("a", "stable", 1)
    assert house.served(label="stable") == 1
    statuses = admin.set_label("a", "stable", 3)
    assert house.served(label="stable") == 3
    assert [status.version_labels for status in statuses] == [(), ("stable",)]
    admin.set_label("a", "stable", None)
    with pytest.raises(NotFoundError, match="no version label 'stable'"):
        house.served(label="stable")


async def test_label_goes_on_versions_in_service_only(house: House) -> None:
    house.add("a/4", ModelLoadError("no weights"))
    await house.refresh()
    for version in (1, 4, 9):
        with pytest.raises(FailedPreconditionError, match=f"version {version} of model 'a' is not in service"):
            house.manager.admin.set_label("a", "stable", version)
    with pytest.raises(NotFoundError, match="no version label 'stable'"):
        house.manager.admin.set_label("a", "stable", None)
    with pytest.raises(NotFoundError, match="no model 'b'"):
        house.manager.admin.set_label("b", "stable", 1)


@pytest.mark.parametrize("label", ["", "3", "3rd", "a b", "a/b", "x" * 65])
async def test_label_that_is_none_is_invalid(house: House, label: str) -> None:
    with pytest.raises(InvalidArgumentError) as failure:
        house.manager.admin.set_label("a", label, 3)
    assert failure.value.violations[0].field == "label"


async def test_labelled_version_stays_when_newer_ones_come_and_is_not_unloaded(house: House) -> None:
    admin = house.manager.admin
    admin.set_label("a", "stable", 3)
    house.add("a/4")
    await house.refresh()
    assert house.states == {"a/3": "AVAILABLE", "a/4": "AVAILABLE"}
    for version in (3, None):
        with pytest.raises(FailedPreconditionError, match="label 'stable' is on version 3; change that first"):
            await admin.unload("a", version)
    admin.set_label("a", "stable", 4)
    await admin.unload("a", 3)
    assert house.states == {"a/4": "AVAILABLE"}


async def test_version_that_gets_a_label_while_its_successor_is_loaded_is_kept(house: House) -> None:
    house.add("a/4")
    house.loader.gate.close()
    look = asyncio.create_task(house.refresh())
    while house.states.get("a/4") != "LOADING":
        await asyncio.sleep(0)
    house.manager.admin.set_label("a", "stable", 3)
    house.loader.gate.open()
    await look
    assert house.served(label="stable") == 3


async def test_version_that_is_about_to_be_unloaded_gets_no_label(house: House) -> None:
    house.loader.gate.close()  # the version that takes its place is being loaded
    unload = asyncio.create_task(house.manager.admin.unload("a", 3))
    while house.states.get("a/2") != "LOADING":
        await asyncio.sleep(0)
    with pytest.raises(FailedPreconditionError):
        house.manager.admin.set_label("a", "stable", 3)
    house.loader.gate.open()
    await unload
    assert house.states == {"a/2": "AVAILABLE"}


async def test_labels_of_settings_can_be_moved(tmp_path: Path) -> None:
    house = House(tmp_path, versioning=Versioning(labels=parse_all_labels("a=stable:1")))
    for version in (1, 2):
        house.add(f"a/{version}")
    await house.refresh()
    house.manager.admin.set_label("a", "stable", 2)
    await house.refresh()
    await house.closing()
    assert house.served(label="stable") == 2
    assert house.states == {"a/2": "AVAILABLE"}
    await house.manager.stop()


async def test_change_goes_on_when_its_caller_gives_up(house: House) -> None:
    house.loader.gate.close()
    load = asyncio.create_task(house.manager.admin.load("a", 1))
    while house.states.get("a/1") != "LOADING":
        await asyncio.sleep(0)
    load.cancel()
    house.loader.gate.open()
    with pytest.raises(asyncio.CancelledError):
        await load
    while house.states.get("a/1") != "AVAILABLE":
        await asyncio.sleep(0)


async def test_stop_ends_a_load_and_closes_what_it_loaded(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.add("a/2")
    await house.refresh()
    house.loader.gate = Gate(closed=True)
    servable = house.add("a/1")
    load = asyncio.create_task(house.manager.admin.load("a", 1))
    await house.loader.gate.arrival()
    stop = asyncio.create_task(house.manager.stop())
    await settle()
    house.loader.gate.open()
    with pytest.raises(UnavailableError, match="shutting down"):
        await load
    await stop
    assert servable.closed
    with pytest.raises(ServiceError):
        await house.manager.admin.load("a", 1)


async def test_repository_that_cannot_be_read_refuses_the_change(house: House) -> None:
    house.root.rename(house.root.with_name("elsewhere"))
    with pytest.raises(FailedPreconditionError, match="cannot read"):
        await house.manager.admin.load("a", 1)
    assert house.served() == 3
