"""Which version answers a call that names neither a version nor a label."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.errors import FailedPreconditionError, NotFoundError
from service.models.catalog import Catalog
from service.models.router import Router
from service.models.served_model import ServedModel
from service.servable import ModelLoadError
from service.types import ModelSpec
from service.versioning.settings import Versioning, parse_all_labels, parse_policies, parse_shadows, parse_splits
from service.versioning.traffic import Shadow, Traffic, TrafficSplit
from tests.service.models.house import House


class Serving(Catalog):
    """Says that versions are in service, without any."""

    def __init__(self, *versions: int) -> None:
        super().__init__()
        self.versions = versions

    def is_served(self, name: str, version: int) -> bool:
        return version in self.versions

    def find(self, name: str, version: int | None) -> ServedModel:
        return version or max(self.versions)  # type: ignore[return-value]


def drawing(*points: float) -> Callable[[], float]:
    rest: Iterator[float] = iter(points)
    return lambda: next(rest)


def router_of(split: str, *points: float, versions: tuple[int, ...] = (3, 4, 5)) -> Router:
    versioning = Versioning(labels=parse_all_labels("a=stable:3,canary:4"), splits=parse_splits(split))
    return Router(Serving(*versions), versioning, drawing(*points))


def test_calls_are_split_by_the_weights() -> None:
    router = router_of("a=stable:90,canary:10", *(number / 100 for number in range(100)))
    assert Counter(router.find(ModelSpec("a")) for _ in range(100)) == {3: 90, 4: 10}


def test_same_routing_key_gets_the_same_version_however_often() -> None:
    router = router_of("a=3:50,4:50")
    answers = {key: {router.find(ModelSpec("a", routing_key=key)) for _ in range(5)} for key in "abcdefgh"}
    assert all(len(versions) == 1 for versions in answers.values())
    assert len({version for versions in answers.values() for version in versions}) == 2


def test_call_that_names_a_version_or_a_label_gets_it_whatever_the_split() -> None:
    router = router_of("a=stable:100")
    assert router.find(ModelSpec("a", 5)) == 5
    assert router.find(ModelSpec("a", version_label="canary", routing_key="x")) == 4


def test_target_that_is_not_in_service_leaves_its_calls_to_the_others() -> None:
    router = router_of("a=stable:50,canary:50", 0.1, 0.9, versions=(4, 5))
    assert [router.find(ModelSpec("a")) for _ in range(2)] == [4, 4]


def test_newest_version_answers_where_no_target_is_in_service() -> None:
    assert router_of("a=stable:50,8:50", 0.1, versions=(5,)).find(ModelSpec("a")) == 5


async def test_versions_that_settings_send_traffic_to_are_served_whatever_the_policy(tmp_path: Path) -> None:
    versioning = Versioning(splits=parse_splits("a=1:1,2:1"), shadows=parse_shadows("a=4:1"))
    house = House(tmp_path, versioning=versioning)
    for version in range(1, 6):
        house.add(f"a/{version}")
    await house.refresh()
    assert house.states == {f"a/{version}": "AVAILABLE" for version in (1, 2, 4, 5)}
    await house.manager.stop()


async def test_traffic_is_directed_to_versions_in_service_and_keeps_them_there(tmp_path: Path) -> None:
    house = House(tmp_path, versioning=Versioning(parse_policies("latest:2")))
    for version in (1, 2, 3):
        house.add(f"a/{version}")
    house.add("a/4", ModelLoadError("no weights"))
    await house.refresh()
    admin = house.manager.admin
    admin.set_label("a", "stable", 2)
    admin.set_traffic("a", Traffic(TrafficSplit((("stable", 1), (3, 1))), Shadow(3, 0.5)))
    assert {house.served() for _ in range(100)} == {2, 3}
    house.add("a/5")
    house.add("a/6")
    await house.refresh()
    assert {house.served() for _ in range(100)} == {2, 3}
    for target in (1, 4, 9):
        with pytest.raises(FailedPreconditionError, match=f"version {target} of model 'a' is not in service"):
            admin.set_traffic("a", Traffic(TrafficSplit(((target, 1),))))
    with pytest.raises(NotFoundError, match="no version label 'beta'"):
        admin.set_traffic("a", Traffic(shadow=Shadow("beta", 1)))
    with pytest.raises(NotFoundError, match="no model 'b'"):
        admin.set_traffic("b", Traffic())
    with pytest.raises(FailedPreconditionError, match="traffic is sent to version 3"):
        await admin.unload("a", 3)
    with pytest.raises(FailedPreconditionError, match="traffic of model 'a' is sent to label 'stable'"):
        admin.set_label("a", "stable", None)
    admin.set_traffic("a", Traffic())
    assert house.served() == 6
    await house.manager.stop()
