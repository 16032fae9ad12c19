"""A repository on disk, with a manager that follows it."""

import asyncio
import shutil
from pathlib import Path

from service.limits import CompilationConfig
from service.models.manager import ModelManager
from service.models.repository import Repository
from service.types import ModelSpec
from service.versioning.settings import Versioning
from tests.service.fakes import Answer, Clock, FakeLoader, FakeServable


class House:
    """A repository on disk with a manager that follows it."""

    def __init__(
        self,
        root: Path,
        compile_seconds: float = 0,
        clock: Clock | None = None,
        versioning: Versioning | None = None,
    ) -> None:
        self.root = root
        self.loader = FakeLoader({})
        compilation = CompilationConfig(compile_seconds)
        self.manager = ModelManager(
            Repository(root), self.loader, versioning, compilation=compilation, clock=clock or Clock()
        )

    def add(self, version: str, answer: Answer | None = None) -> FakeServable:
        (self.root / version).mkdir(parents=True)
        servable = answer or FakeServable()
        self.loader.answers[version] = servable
        return servable  # type: ignore[return-value]

    def remove(self, path: str) -> None:
        shutil.rmtree(self.root / path)

    async def refresh(self) -> None:
        await self.manager.refresh()
        await asyncio.sleep(0)

    async def closing(self) -> None:
        """Wait until what was taken out of service is closed."""
        await self.manager._unloader.all_closed()

    @property
    def states(self) -> dict[str, str]:
        return {f"{status.name}/{status.version}": status.state.name for status in self.manager.statuses()}

    def served(self, name: str = "a", version: int | None = None, label: str | None = None) -> int | None:
        """Which version answers a call."""
        with self.manager.acquire(ModelSpec(name, version, label)) as model:
            return model.spec.version
