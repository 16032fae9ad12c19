"""Replaces versions that do not score any more: taken out of service at once, given up, loaded anew."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from service.models.catalog import Catalog
from service.models.keeper import VersionKeeper
from service.models.repository import Repository, RepositoryError
from service.models.served_model import ServedModel
from service.types import ModelState, ModelStatus

logger = logging.getLogger(__name__)

MOST_RECOVERIES = 3
"""In a row: a version that fails again and again is beyond help, and each time costs a thread and its memory."""
FORGIVEN_SECONDS = 3600.0
"""A version that did well for so long begins its row anew."""


class Recovery:
    """Belongs to the event loop.

    Args:
        repository: where the versions are.
        catalog: knows what is in service.
        keeper: loads what should be.
        clock: seconds.
    """

    def __init__(
        self, repository: Repository, catalog: Catalog, keeper: VersionKeeper, clock: Callable[[], float]
    ) -> None:
        self._repository = repository
        self._catalog = catalog
        self._keeper = keeper
        self._clock = clock
        self._rows: dict[tuple[str, int], tuple[int, float]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    def recover(self, model: ServedModel, reason: str) -> None:
        """Take a version out of service, fail the calls that wait for it as UNAVAILABLE, and load it anew."""
        name, version = model.spec.name, model.spec.version
        assert version is not None
        logger.error("model %s: version %d is taken out of service: %s", name, version, reason)
        self._catalog.fail(model, reason)
        model.give_up(f"version {version} of model {name!r} does not answer and is being replaced")
        self._start(model.close())
        if self._may_recover(name, version) and not self._stopping:
            self._start(self._reload(name, version))
        else:
            logger.error("model %s: version %d is not loaded again: restart the server", name, version)

    async def stop(self) -> None:
        """Return when no version is being replaced any more."""
        self._stopping = True
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="recovery")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _may_recover(self, name: str, version: int) -> bool:
        count, last = self._rows.get((name, version), (0, 0.0))
        now = self._clock()
        if now - last > FORGIVEN_SECONDS:
            count = 0
        self._rows[name, version] = (count + 1, now)
        return count < MOST_RECOVERIES

    async def _reload(self, name: str, version: int) -> None:
        try:
            on_disk = (await asyncio.to_thread(self._repository.scan)).versions.get(name, ())
        except RepositoryError as error:
            logger.error("model %s: version %d cannot be loaded again: %s", name, version, error)
            return
        if version in on_disk:
            self._catalog.report(ModelStatus(name, version, ModelState.LOADING))
        await self._keeper.bring_up_to_date(name, on_disk)
        if self._catalog.states(name).get(version) is ModelState.LOADING:  # it should not be in service any more
            self._catalog.forget(name, version)
