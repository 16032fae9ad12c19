"""Opens versions: loaded and verified, compiled, and only then in service."""

import asyncio
import logging
from collections.abc import Callable

from service.compilation.buckets import Bucket
from service.limits import BatchingConfig, CompilationConfig
from service.models.catalog import Catalog
from service.models.repository import Repository
from service.models.served_model import ServedModel
from service.servable import Loader, ModelLoadError, Servable
from service.types import ModelState, ModelStatus

logger = logging.getLogger(__name__)


class VersionLoader:
    """Belongs to the event loop.

    Args:
        repository: where the versions are.
        load: opens a version directory; blocks.
        catalog: where a version goes into service, or is listed as broken.
        batching: bounds of each version's batcher.
        compilation: what may be spent on compiling each version.
        clock: seconds; deadlines are points on it.
        concurrent_loads: versions that may be loading at the same time.
    """

    def __init__(
        self,
        repository: Repository,
        load: Loader,
        catalog: Catalog,
        batching: BatchingConfig,
        compilation: CompilationConfig,
        clock: Callable[[], float],
        concurrent_loads: int = 2,
    ) -> None:
        self._repository = repository
        self._load = load
        self._catalog = catalog
        self._batching = batching
        self._compilation = compilation
        self._clock = clock
        self._turns = asyncio.Semaphore(concurrent_loads)
        self._stopping = False

    def stop(self) -> None:
        """Put nothing into service any more: what is being loaded is closed as soon as it is loaded."""
        self._stopping = True

    async def bring_in(self, name: str, version: int) -> bool:
        """Load a version and put it into service; whether that went well. Else it is listed as FAILED, with the reason.

        After `stop`, nothing is loaded.
        """
        async with self._turns:
            if self._stopping:
                return False
            servable = await self._open(name, version)
            return servable is not None and await self._put_into_service(name, version, servable)

    async def _open(self, name: str, version: int) -> Servable | None:
        self._catalog.report(ModelStatus(name, version, ModelState.LOADING))
        try:
            return await asyncio.to_thread(self._load, self._repository.directory(name, version))
        except ModelLoadError as error:
            self._report_broken(name, version, str(error))
        except Exception as error:  # whatever a broken version makes a library raise, the good ones are served
            logger.exception("loading version %d of model %s failed", version, name)
            self._report_broken(name, version, f"loading failed: {type(error).__name__}: {error}")
        return None

    async def _put_into_service(self, name: str, version: int, servable: Servable) -> bool:
        model = ServedModel(name, version, servable, self._batching, self._compilation, self._clock)
        await model.prepare(self._buckets_in_use(name), lambda: not self._stopping)
        if self._stopping:
            await model.close()
            return False
        self._catalog.put(model)
        logger.info("model %s: version %d is in service", name, version)
        return True

    def _buckets_in_use(self, name: str) -> list[Bucket]:
        """The shapes that the versions in service are compiled for: traffic will ask the next version for the same."""
        return [bucket for model in self._catalog.served(name).values() for bucket in model.buckets]

    def _report_broken(self, name: str, version: int, reason: str) -> None:
        logger.error("model %s: version %d is broken and not served: %s", name, version, reason)
        self._catalog.report(ModelStatus(name, version, ModelState.FAILED, reason))
