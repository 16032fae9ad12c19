"""Takes versions out of service: no new call gets them, those that hold them finish, then they are closed."""

import asyncio
import gc
import logging

from service.models.catalog import Catalog
from service.models.served_model import ServedModel

logger = logging.getLogger(__name__)


class VersionUnloader:
    """Belongs to the event loop.

    Attributes:
        leaving: versions that are out of service but not closed yet.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._closing: dict[tuple[str, int], asyncio.Task[None]] = {}
        self.leaving: set[ServedModel] = set()

    def take_out(self, name: str, version: int) -> None:
        """Take a version out of service at once, and close it when nobody uses it any more."""
        logger.info("model %s: version %d is taken out of service", name, version)
        model = self._catalog.remove(name, version)
        self._closing[name, version] = asyncio.create_task(self._close(model), name=f"unload-{name}-{version}")

    async def closed(self, name: str, version: int | None = None) -> None:
        """Wait until what was taken out of service, of a version or of a whole model, is closed."""
        tasks = [task for key, task in self._closing.items() if key[0] == name and version in (None, key[1])]
        if tasks:
            await asyncio.wait(tasks)

    async def all_closed(self) -> None:
        """Wait until everything that was taken out of service is closed."""
        await asyncio.gather(*self._closing.values())

    async def _close(self, model: ServedModel) -> None:
        name, version = model.spec.name, model.spec.version
        assert version is not None
        self.leaving.add(model)
        await model.close()
        self.leaving.discard(model)
        del model
        # A version is full of references in circles: without this, it keeps its memory until Python happens to look.
        await asyncio.to_thread(gc.collect)
        del self._closing[name, version]
        self._catalog.forget(name, version)
        logger.info("model %s: version %d is closed", name, version)
