import asyncio
import shutil
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from service.errors import FailedPreconditionError, NotFoundError, ServiceError, UnavailableError
from service.models.manager import ModelManager
from service.models.repository import Repository
from service.models.served_model import ServedModel
from service.servable import ModelLoadError
from service.types import ModelSpec, ModelState
from service.versioning.policy import parse_policy
from service.versioning.settings import Versioning, parse_policies
from tests.service.fakes import Clock, FakeServable

POLICIES = ("latest", "latest:2", "all", "2,3,5")
LABELS = ("stable", "canary")
VERSIONS = st.integers(1, 8)


class Expected:
    """What should be in service, said in another way than the service says it: all at once, from sets."""

    def __init__(self, policy: str) -> None:
        self.policy = parse_policy(policy)
        self.on_disk: dict[int, bool] = {}  # whether a version is whole
        self.served: set[int] = set()
        self.failed: set[int] = set()
        self.closing: set[int] = set()
        self.labels: dict[str, int] = {}
        self.wanted: set[int] = set()
        self.unwanted: set[int] = set()
        self.nothing = False

    @property
    def is_known(self) -> bool:
        return bool(self.served | self.failed | self.closing)

    def look(self, held: set[int]) -> None:
        """Bring what is served up to date."""
        disk = set(self.on_disk)
        self.wanted &= disk
        self.unwanted &= disk | self.served
        before = set(self.served)
        kept = set() if self.nothing else self._keep(disk)
        barred = before if self.nothing else self.unwanted
        replaced = before - kept if kept or not disk else set()
        leaving = (barred & before) | replaced
        self.served = (before | kept) - leaving
        self.closing |= leaving & held
        self.failed &= disk

    def _keep(self, disk: set[int]) -> set[int]:
        allowed = disk - self.unwanted
        numbers = self.policy.numbers or allowed
        kept: set[int] = set()
        for version in sorted(allowed & numbers, reverse=True):
            if self.policy.most is None or len(kept) < self.policy.most:
                kept |= self._loaded(version)
        pinned = (set(self.labels.values()) | self.wanted) & (allowed | self.served) if disk else set()
        return kept.union(*map(self._loaded, pinned))

    def _loaded(self, version: int) -> set[int]:
        """The version, if it is in service or can be brought there."""
        if version in self.served:
            return {version}
        if version in self.failed | self.closing:
            return set()
        if not self.on_disk[version]:
            self.failed.add(version)
            return set()
        return {version}


class LifecycleMachine(RuleBasedStateMachine):
    """Versions come and go on disk, an operator loads, unloads and labels them, callers hold them for long.

    The right ones are served, labels lead where they should, what is refused changes nothing, nothing is closed in use.
    """

    @initialize(policy=st.sampled_from(POLICIES))
    def begin(self, policy: str) -> None:
        self.root = Path(tempfile.mkdtemp())
        (self.root / "a").mkdir()
        self.loop = asyncio.new_event_loop()
        self.manager = ModelManager(
            Repository(self.root), self._load, Versioning(parse_policies(policy)), clock=Clock()
        )
        self.loaded: list[FakeServable] = []
        self.expected = Expected(policy)
        self.held: list[tuple[AbstractContextManager[ServedModel], ServedModel]] = []
        self.look()

    def _load(self, directory: Path) -> FakeServable:
        if not self.expected.on_disk[int(directory.name)]:
            raise ModelLoadError("broken")
        self.loaded.append(FakeServable())
        return self.loaded[-1]

    @property
    def _held_versions(self) -> set[int]:
        return {model.spec.version for _, model in self.held if model.spec.version is not None}

    def _settle(self) -> None:
        """Have everything closed that nobody holds."""
        for version in {version for _, version in self.manager._unloader._closing} - self._held_versions:
            self.loop.run_until_complete(self.manager._unloader.closed("a", version))
        self.expected.closing &= self._held_versions

    @rule(version=VERSIONS, is_whole=st.booleans())
    def add(self, version: int, is_whole: bool) -> None:
        if version not in {
            *self.expected.on_disk,
            *self.expected.served,
            *self.expected.failed,
            *self.expected.closing,
        }:
            (self.root / "a" / str(version)).mkdir()
            self.expected.on_disk[version] = is_whole

    @rule(version=VERSIONS)
    def repair(self, version: int) -> None:
        if version in self.expected.on_disk:
            self.expected.on_disk[version] = True

    @rule(version=VERSIONS)
    def remove(self, version: int) -> None:
        if self.expected.on_disk.pop(version, None) is not None:
            shutil.rmtree(self.root / "a" / str(version))

    @rule()
    def look(self) -> None:
        self.loop.run_until_complete(self.manager.refresh())
        self.expected.look(self._held_versions)
        self._settle()

    @rule(version=VERSIONS | st.none())
    def load(self, version: int | None) -> None:
        self._let_all_go()
        error = self._error(lambda: self.loop.run_until_complete(self.manager.admin.load("a", version)))
        expected = self.expected
        if version not in expected.on_disk if version is not None else not expected.on_disk:
            assert error is NotFoundError
            return
        expected.nothing = False
        if version is None:
            expected.unwanted.clear()
            expected.failed.clear()
        else:
            expected.wanted.add(version)
            expected.unwanted.discard(version)
            expected.failed.discard(version)
        expected.look(set())
        is_served = version in expected.served if version is not None else bool(expected.served)
        assert error is (None if is_served else FailedPreconditionError)
        if version is not None and not is_served:
            expected.wanted.discard(version)
        self._settle()

    @rule(version=VERSIONS | st.none())
    def unload(self, version: int | None) -> None:
        self._let_all_go()
        error = self._error(lambda: self.loop.run_until_complete(self.manager.admin.unload("a", version)))
        expected = self.expected
        leaving = expected.served if version is None else {version}
        if not expected.is_known or (version is not None and version not in expected.served):
            assert error is NotFoundError
        elif leaving & set(expected.labels.values()):
            assert error is FailedPreconditionError
        else:
            assert error is None
            if version is None:
                expected.nothing = True
                expected.wanted, expected.unwanted, expected.failed = set(), set(), set()
            else:
                expected.wanted.discard(version)
                expected.unwanted.add(version)
            expected.look(set())
            assert not leaving & expected.served
        self._settle()

    @rule(label=st.sampled_from(LABELS), version=VERSIONS | st.none())
    def set_label(self, label: str, version: int | None) -> None:
        error = self._error(lambda: self.manager.admin.set_label("a", label, version))
        if not self.expected.is_known or (version is None and label not in self.expected.labels):
            assert error is NotFoundError
        elif version is None:
            assert error is None
            del self.expected.labels[label]
        elif version in self.expected.served:
            assert error is None
            self.expected.labels[label] = version
        else:
            assert error is FailedPreconditionError

    @rule(version=VERSIONS)
    def hold(self, version: int) -> None:
        if version in self.expected.served:
            context = self.manager.acquire(ModelSpec("a", version))
            self.held.append((context, context.__enter__()))

    @rule()
    def let_go(self) -> None:
        if self.held:
            self.held.pop(0)[0].__exit__(None, None, None)
            self._settle()

    @invariant()
    def right_versions_are_served(self) -> None:
        states = {status.version: status.state for status in self.manager.statuses() if status.version}
        available = {version for version, state in states.items() if state is ModelState.AVAILABLE}
        assert available == self.expected.served
        assert {version for version, state in states.items() if state is ModelState.FAILED} == self.expected.failed
        assert len(states) == len(self.expected.served | self.expected.failed | self.expected.closing)
        assert self._answers(ModelSpec("a")) == max(self.expected.served, default=None)
        for version in range(1, 9):
            assert self._answers(ModelSpec("a", version)) == (version if version in available else None)

    @invariant()
    def labels_lead_to_their_versions(self) -> None:
        for label in LABELS:
            version = self.expected.labels.get(label)
            answers = self._answers(ModelSpec("a", version_label=label))
            assert answers == (version if version in self.expected.served else None)
        for status in self.manager.statuses():
            labels = {label for label, version in self.expected.labels.items() if version == status.version}
            assert set(status.version_labels) == labels

    @invariant()
    def nothing_in_use_is_closed(self) -> None:
        for _, model in self.held:
            self.loop.run_until_complete(model.tokenize(["1"]))  # asserts that the servable is open

    def _answers(self, spec: ModelSpec) -> int | None:
        try:
            with self.manager.acquire(spec) as model:
                return model.spec.version
        except (NotFoundError, UnavailableError):
            return None

    def _error(self, change: object) -> type[ServiceError] | None:
        try:
            change()  # type: ignore[operator]
        except ServiceError as error:
            return type(error)
        return None

    def _let_all_go(self) -> None:
        while self.held:
            self.let_go()

    def teardown(self) -> None:
        if not hasattr(self, "manager"):
            return
        self._let_all_go()
        self.loop.run_until_complete(self.manager.stop())
        assert all(servable.closed for servable in self.loaded)
        self.loop.close()
        shutil.rmtree(self.root)


LifecycleMachine.TestCase.settings = settings(max_examples=15, stateful_step_count=30, deadline=None)
TestLifecycle = LifecycleMachine.TestCase
