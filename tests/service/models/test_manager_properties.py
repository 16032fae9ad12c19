import asyncio
import shutil
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from service.errors import NotFoundError, UnavailableError
from service.models.manager import ModelManager
from service.models.repository import Repository
from service.models.served_model import ServedModel
from service.servable import ModelLoadError
from service.types import ModelSpec
from tests.service.fakes import Clock, FakeServable


class LifecycleMachine(RuleBasedStateMachine):
    """Versions come and go on disk, callers hold them for long: the right one is served, and none is closed in use.

    The model: after each look the newest version on disk that is whole is served; where none is whole, what was served
    before still is, unless nothing at all is left on disk.
    """

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        (self.root / "a").mkdir()
        self.loop = asyncio.new_event_loop()
        self.manager = ModelManager(Repository(self.root), self._load, clock=Clock())
        self.loaded: list[FakeServable] = []
        self.on_disk: dict[int, bool] = {}
        self.next_version = 1
        self.expected: int | None = None
        self.held: list[tuple[AbstractContextManager[ServedModel], ServedModel]] = []
        self.look()

    def _load(self, directory: Path) -> FakeServable:
        if not self.on_disk[int(directory.name)]:
            raise ModelLoadError("broken")
        self.loaded.append(FakeServable())
        return self.loaded[-1]

    @rule(is_whole=st.booleans(), step=st.integers(1, 3))
    def add(self, is_whole: bool, step: int) -> None:
        version, self.next_version = self.next_version + step - 1, self.next_version + step
        (self.root / "a" / str(version)).mkdir()
        self.on_disk[version] = is_whole

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.on_disk:
            version = data.draw(st.sampled_from(sorted(self.on_disk)))
            shutil.rmtree(self.root / "a" / str(version))
            del self.on_disk[version]

    @rule()
    def look(self) -> None:
        self.loop.run_until_complete(self.manager.refresh())
        whole = [version for version, is_whole in self.on_disk.items() if is_whole]
        if whole or not self.on_disk:
            self.expected = max(whole, default=None)

    @rule()
    def hold(self) -> None:
        if self.expected is not None:
            context = self.manager.acquire(ModelSpec("a"))
            model = context.__enter__()
            assert model.spec.version == self.expected
            self.held.append((context, model))

    @rule()
    def let_go(self) -> None:
        if self.held:
            self.held.pop(0)[0].__exit__(None, None, None)

    @invariant()
    def right_version_is_served(self) -> None:
        try:
            with self.manager.acquire(ModelSpec("a")) as model:
                assert model.spec.version == self.expected
        except (NotFoundError, UnavailableError):
            assert self.expected is None

    @invariant()
    def nothing_in_use_is_closed(self) -> None:
        for _, model in self.held:
            self.loop.run_until_complete(model.tokenize(["1"]))  # asserts that the servable is open

    def teardown(self) -> None:
        while self.held:
            self.let_go()
        self.loop.run_until_complete(self.manager.stop())
        assert all(servable.closed for servable in self.loaded)
        self.loop.close()
        shutil.rmtree(self.root)


LifecycleMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestLifecycle = LifecycleMachine.TestCase
