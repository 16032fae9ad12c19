"""Several versions of a model in service at once, by policy and by label."""

from pathlib import Path

import pytest

from service.errors import NotFoundError, UnavailableError
from service.servable import ModelLoadError
from service.types import ModelState, ModelStatus
from service.versioning.settings import Versioning, parse_all_labels, parse_policies
from tests.service.models.house import House


def house_of(root: Path, policy: str = "latest", labels: str = "", versions: str = "1234") -> House:
    house = House(root, versioning=Versioning(parse_policies(policy), parse_all_labels(labels)))
    for version in versions:
        house.add(f"a/{version}")
    return house


@pytest.mark.parametrize(
    ("policy", "served"),
    [
        ("latest", [4]),
        ("latest:2", [3, 4]),
        ("latest:9", [1, 2, 3, 4]),
        ("all", [1, 2, 3, 4]),
        ("2,3", [2, 3]),
        ("latest:2 a=1", [1]),
    ],
)
async def test_policy_decides_which_versions_are_in_service(tmp_path: Path, policy: str, served: list[int]) -> None:
    house = house_of(tmp_path, policy)
    await house.refresh()
    assert house.states == {f"a/{version}": "AVAILABLE" for version in served}
    assert house.served() == max(served)
    assert [house.served(version=version) for version in served] == served
    await house.manager.stop()


async def test_broken_version_does_not_count_among_the_latest(tmp_path: Path) -> None:
    house = house_of(tmp_path, "latest:2")
    house.add("a/5", ModelLoadError("no weights"))
    await house.refresh()
    assert house.states == {"a/3": "AVAILABLE", "a/4": "AVAILABLE", "a/5": "FAILED"}
    await house.manager.stop()


async def test_window_of_the_latest_moves_with_the_repository(tmp_path: Path) -> None:
    house = house_of(tmp_path, "latest:2")
    await house.refresh()
    house.add("a/5")
    house.remove("a/4")
    await house.refresh()
    await house.closing()
    assert house.states == {"a/3": "AVAILABLE", "a/5": "AVAILABLE"}
    await house.manager.stop()


async def test_specific_versions_stay_when_newer_ones_come(tmp_path: Path) -> None:
    house = house_of(tmp_path, "a=2,3")
    await house.refresh()
    house.add("a/5")
    await house.refresh()
    assert house.states == {"a/2": "AVAILABLE", "a/3": "AVAILABLE"}
    await house.manager.stop()


async def test_what_settings_name_and_the_repository_lacks_is_listed_until_it_comes(tmp_path: Path) -> None:
    house = house_of(tmp_path, "a=4,7 b=all", "a=canary:8")
    await house.refresh()
    assert house.states == {"a/0": "FAILED", "a/4": "AVAILABLE", "b/0": "FAILED"}
    reasons = {status.name: status.reason for status in house.manager.statuses() if not status.version}
    assert "version 7 is named by a setting, but not in the repository" in reasons["a"]
    assert "version 8 is named" in reasons["a"]
    assert "no such model" in reasons["b"]
    for version in ("a/7", "a/8", "b/1"):
        house.add(version)
    await house.refresh()
    assert set(house.states.values()) == {"AVAILABLE"}
    assert house.served(label="canary") == 8
    await house.manager.stop()


async def test_label_leads_to_its_version_and_is_listed_with_it(tmp_path: Path) -> None:
    house = house_of(tmp_path, "latest:2", "a=stable:3,old:3,canary:4")
    await house.refresh()
    assert house.served(label="stable") == 3
    assert house.served(label="canary") == 4
    assert house.served() == 4
    assert house.manager.statuses() == [
        ModelStatus("a", 3, ModelState.AVAILABLE, version_labels=("old", "stable")),
        ModelStatus("a", 4, ModelState.AVAILABLE, version_labels=("canary",)),
    ]
    with pytest.raises(NotFoundError, match="no version label 'beta': it has canary, old, stable"):
        house.served(label="beta")
    await house.manager.stop()


async def test_labelled_version_is_served_beside_those_of_the_policy_and_stays(tmp_path: Path) -> None:
    house = house_of(tmp_path, "latest", "a=stable:2")
    await house.refresh()
    assert house.states == {"a/2": "AVAILABLE", "a/4": "AVAILABLE"}
    house.add("a/5")
    house.remove("a/2")
    await house.refresh()
    await house.closing()
    assert (house.served(label="stable"), house.served()) == (2, 5)
    assert house.states == {"a/0": "FAILED", "a/2": "AVAILABLE", "a/5": "AVAILABLE"}
    await house.manager.stop()


async def test_labelled_version_that_is_broken_makes_its_label_unavailable_only(tmp_path: Path) -> None:
    house = house_of(tmp_path, "latest", "a=stable:9", versions="1")
    house.add("a/9", ModelLoadError("no weights"))
    await house.refresh()
    assert house.served() == 1
    with pytest.raises(UnavailableError, match="version 9 of model 'a' is broken and not in service"):
        house.served(label="stable")
    await house.manager.stop()


async def test_model_that_is_gone_is_unloaded_with_its_labelled_versions(tmp_path: Path) -> None:
    house = house_of(tmp_path, "all", "a=stable:2")
    house.add("b/1")
    await house.refresh()
    house.remove("a")
    await house.refresh()
    await house.closing()
    assert house.states == {"a/0": "FAILED", "b/1": "AVAILABLE"}
    await house.manager.stop()
