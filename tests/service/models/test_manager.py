import asyncio
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from service.errors import InvalidArgumentError, NotFoundError, UnavailableError
from service.limits import CompilationConfig
from service.models.manager import ModelManager
from service.models.repository import Repository, RepositoryError
from service.servable import ModelLoadError
from service.types import ModelSpec, ModelState, ModelStatus
from tests.service.fakes import Answer, FakeLoader, FakeServable, Gate, GatedCompiler, settle

MakeManager = Callable[..., ModelManager]


@pytest.fixture
def make_manager(tmp_path: Path) -> MakeManager:
    def make(answers: Mapping[str, Answer], gate: Gate | None = None, compile_seconds: float = 0) -> ModelManager:
        for name in answers:
            (tmp_path / name).mkdir(parents=True)
        compilation = CompilationConfig(compile_seconds)
        return ModelManager(Repository(tmp_path), FakeLoader(answers, gate), compilation=compilation)

    return make


def states(manager: ModelManager) -> dict[str, str]:
    return {f"{status.name}/{status.version}": status.state.name for status in manager.statuses()}


def served(manager: ModelManager, name: str, version: int | None = None) -> ModelSpec:
    with manager.acquire(ModelSpec(name, version)) as model:
        return model.spec


async def test_latest_version_of_each_model_is_served(make_manager: MakeManager) -> None:
    manager = make_manager({"a/1": FakeServable(), "a/10": FakeServable(), "b/3": FakeServable()})
    await manager.refresh()
    assert states(manager) == {"a/10": "AVAILABLE", "b/3": "AVAILABLE"}
    assert served(manager, "a") == ModelSpec("a", 10)
    assert served(manager, "b", 3) == ModelSpec("b", 3)
    await manager.stop()


async def test_broken_version_leaves_the_service_to_the_next_older_one(make_manager: MakeManager) -> None:
    manager = make_manager(
        {"a/1": FakeServable(), "a/2": FakeServable(), "a/3": ModelLoadError("no weights"), "b/1": FakeServable()}
    )
    await manager.refresh()
    assert manager.statuses() == [
        ModelStatus("a", 2, ModelState.AVAILABLE),
        ModelStatus("a", 3, ModelState.FAILED, "no weights"),
        ModelStatus("b", 1, ModelState.AVAILABLE),
    ]
    assert served(manager, "a") == ModelSpec("a", 2)
    await manager.stop()


async def test_any_exception_of_a_load_counts_as_a_broken_version(make_manager: MakeManager) -> None:
    manager = make_manager({"a/1": MemoryError("out"), "b/1": FakeServable()})
    await manager.refresh()
    assert manager.statuses()[0].reason == "loading failed: MemoryError: out"
    assert states(manager) == {"a/1": "FAILED", "b/1": "AVAILABLE"}
    await manager.stop()


async def test_what_is_no_version_is_listed_beside_the_good_ones(make_manager: MakeManager, tmp_path: Path) -> None:
    manager = make_manager({"a/1": FakeServable()})
    for path in ("a/latest", "a/newest", "bad name/1"):
        (tmp_path / path).mkdir(parents=True)
    await manager.refresh()
    assert states(manager) == {"a/0": "FAILED", "a/1": "AVAILABLE", "bad name/0": "FAILED"}
    assert "'latest'" in manager.statuses()[0].reason
    assert "'newest'" in manager.statuses()[0].reason
    assert served(manager, "") == ModelSpec("a", 1)  # they are no models to choose from either
    with pytest.raises(NotFoundError):
        served(manager, "bad name")
    with pytest.raises(NotFoundError):
        served(manager, "a", 0)
    await manager.stop()


async def test_repository_without_models_starts_with_nothing(make_manager: MakeManager) -> None:
    manager = make_manager({})
    await manager.refresh()
    assert manager.statuses() == []
    with pytest.raises(UnavailableError):
        served(manager, "")
    with pytest.raises(NotFoundError, match="this server has none"):
        served(manager, "a")


async def test_missing_repository_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError):
        await ModelManager(Repository(tmp_path / "nowhere"), FakeLoader({})).refresh()


async def test_models_load_at_the_same_time(make_manager: MakeManager) -> None:
    meeting = threading.Barrier(2)

    class Meeting(Gate):
        def pass_through(self) -> None:
            meeting.wait(timeout=10)

    manager = make_manager({"a/1": FakeServable(), "b/1": FakeServable()}, gate=Meeting())
    await manager.refresh()
    assert states(manager) == {"a/1": "AVAILABLE", "b/1": "AVAILABLE"}
    await manager.stop()


async def test_model_is_unavailable_while_it_loads(make_manager: MakeManager) -> None:
    gate = Gate(closed=True)
    manager = make_manager({"a/1": FakeServable()}, gate=gate)
    with pytest.raises(UnavailableError, match="being loaded"):
        served(manager, "a")
    start = asyncio.create_task(manager.refresh())
    await gate.arrival()
    assert states(manager) == {"a/1": "LOADING"}
    for version in (None, 1):
        with pytest.raises(UnavailableError, match="being loaded"):
            served(manager, "a", version)
    gate.open()
    await start
    assert served(manager, "a") == ModelSpec("a", 1)
    await manager.stop()


async def test_listener_hears_every_change_once(make_manager: MakeManager) -> None:
    manager = make_manager({"a/1": FakeServable(), "a/2": ModelLoadError("broken")})
    heard: list[tuple[int, str]] = []
    manager.subscribe(lambda status: heard.append((status.version, status.state.name)))
    await manager.refresh()
    await manager.stop()
    assert heard == [(2, "LOADING"), (2, "FAILED"), (1, "LOADING"), (1, "AVAILABLE"), (1, "UNLOADING")]


async def test_unknown_names_versions_and_labels_are_not_found(make_manager: MakeManager) -> None:
    manager = make_manager({"a/1": FakeServable(), "b/1": FakeServable()})
    await manager.refresh()
    with pytest.raises(NotFoundError, match="this server has a, b"):
        served(manager, "c")
    with pytest.raises(NotFoundError, match="no version 2; in service: 1"):
        served(manager, "a", 2)
    with (
        pytest.raises(NotFoundError, match="has no version labels"),
        manager.acquire(ModelSpec("a", version_label="stable")),
    ):
        pass
    with pytest.raises(NotFoundError, match="no model 'c'"), manager.acquire(ModelSpec("c", version_label="stable")):
        pass
    await manager.stop()


async def test_name_may_be_left_out_where_there_is_one_model(make_manager: MakeManager) -> None:
    manager = make_manager({"a/1": FakeServable()})
    await manager.refresh()
    assert served(manager, "") == ModelSpec("a", 1)
    await manager.stop()


async def test_name_must_be_given_where_there_are_several_models(make_manager: MakeManager) -> None:
    manager = make_manager({"a/1": FakeServable(), "b/1": ModelLoadError("broken")})
    await manager.refresh()
    with pytest.raises(InvalidArgumentError, match="a, b") as failure:
        served(manager, "")
    assert failure.value.violations[0].field == "model.name"
    await manager.stop()


async def test_broken_version_is_unavailable_and_its_reason_stays_in_the_list(make_manager: MakeManager) -> None:
    manager = make_manager({"a/1": ModelLoadError("secret path"), "b/1": FakeServable(), "b/2": ModelLoadError("x")})
    await manager.refresh()
    for name, version in (("a", None), ("a", 1), ("b", 2)):
        with pytest.raises(UnavailableError, match="is broken") as failure:
            served(manager, name, version)
        assert "secret" not in failure.value.message
    await manager.stop()


async def test_stop_waits_for_those_who_hold_a_version_and_then_closes_it(make_manager: MakeManager) -> None:
    servable = FakeServable()
    manager = make_manager({"a/1": servable})
    await manager.refresh()
    with manager.acquire(ModelSpec("a")):
        stop = asyncio.create_task(manager.stop())
        await settle()
        assert states(manager) == {"a/1": "UNLOADING"}
        with pytest.raises(UnavailableError, match="shutting down"):
            served(manager, "a")
        assert not servable.closed
    await stop
    assert servable.closed


async def test_version_that_finishes_loading_after_the_stop_is_closed(make_manager: MakeManager) -> None:
    gate, servable = Gate(closed=True), FakeServable()
    manager = make_manager({"a/1": ModelLoadError("broken"), "a/2": servable}, gate=gate)
    start = asyncio.create_task(manager.refresh())
    await gate.arrival()
    await manager.stop()
    gate.open()
    await start
    assert servable.closed


async def test_version_is_compiled_before_it_takes_traffic(make_manager: MakeManager) -> None:
    servable = GatedCompiler()
    manager = make_manager({"a/1": servable}, compile_seconds=10)
    start = asyncio.create_task(manager.refresh())
    await servable.compiler_gate.arrival()
    with pytest.raises(UnavailableError, match="being loaded"):
        served(manager, "a")
    servable.compiler_gate.open()
    await start
    assert (1, 4) in servable.compiled
    assert served(manager, "a") == ModelSpec("a", 1)
    await manager.stop()


async def test_stop_ends_compiling_and_the_version_is_closed(make_manager: MakeManager) -> None:
    servable = GatedCompiler()
    manager = make_manager({"a/1": servable}, compile_seconds=1000)
    start = asyncio.create_task(manager.refresh())
    await servable.compiler_gate.arrival()
    await manager.stop()
    servable.compiler_gate.open()
    await start
    assert len(servable.compiled) == 1
    assert servable.closed
