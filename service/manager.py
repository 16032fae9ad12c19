"""Brings the versions of a repository into service and out of it again."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from service.catalog import Catalog, StatusListener
from service.errors import UnavailableError
from service.limits import BatchingConfig, CompilationConfig
from service.repository import Repository
from service.servable import Loader, ModelLoadError, Servable
from service.served_model import ServedModel
from service.types import ModelSpec, ModelState, ModelStatus
from service.version_policy import VersionPolicy, newest_first

logger = logging.getLogger(__name__)


class ModelManager:
    """Serves one version of each model of a repository. Belongs to the event loop.

    Args:
        repository: where the versions are.
        load: opens a version directory; blocks.
        policy: order in which to try the versions of a model.
        batching: bounds of each version's batcher.
        compilation: what may be spent on compiling each version; by default nothing.
        clock: seconds; deadlines are points on it.
        concurrent_loads: versions that may be loading at the same time.
    """

    def __init__(
        self,
        repository: Repository,
        load: Loader,
        policy: VersionPolicy = newest_first,
        batching: BatchingConfig | None = None,
        compilation: CompilationConfig | None = None,
        clock: Callable[[], float] = time.monotonic,
        concurrent_loads: int = 2,
    ) -> None:
        self._repository = repository
        self._load = load
        self._policy = policy
        self._batching = batching or BatchingConfig()
        self._compilation = compilation or CompilationConfig(seconds=0)
        self._clock = clock
        self._catalog = Catalog()
        self._loads = asyncio.Semaphore(concurrent_loads)
        self._started = False
        self._stopping = False

    async def start(self) -> None:
        """Load every model: the first version, in the policy's order, that is not broken. Broken ones are reported.

        Raises:
            RepositoryError: the repository itself cannot be read.
        """
        listing = await asyncio.to_thread(self._repository.scan)
        for problem in listing.problems:
            self._report_problem(problem.model, problem.reason)
        plans = {name: self._policy(versions) for name, versions in listing.versions.items()}
        for name, versions in plans.items():
            for version in versions[:1]:  # known before the first load begins
                self._catalog.report(ModelStatus(name, version, ModelState.LOADING))
        self._started = True
        await asyncio.gather(*(self._load_first(name, versions) for name, versions in plans.items()))

    async def stop(self) -> None:
        """Refuse new calls, let those that hold a version finish, close the versions."""
        self._stopping = True
        await asyncio.gather(*(model.close() for model in self._catalog.remove_all()))

    @contextmanager
    def acquire(self, spec: ModelSpec) -> Iterator[ServedModel]:
        """Hold the version that `spec` means for as long as the context lasts; without a choice the newest in service.

        Raises:
            InvalidArgumentError: no name, and several models to choose from.
            NotFoundError: no such model, version or label.
            UnavailableError: loading, broken or stopping.
        """
        if self._stopping or not self._started:
            raise UnavailableError("the server is shutting down" if self._stopping else "the models are being loaded")
        model = self._catalog.find(spec)
        with model.lease():
            yield model

    def subscribe(self, callback: StatusListener) -> None:
        """Have `callback` called, on the event loop, with every change of a version's state from now on."""
        self._catalog.subscribe(callback)

    def statuses(self) -> list[ModelStatus]:
        """Every version that is known, by name, then version. What is no version at all is listed as version 0."""
        return self._catalog.statuses()

    def status(self, model: ServedModel) -> ModelStatus:
        """The state of a version that is held."""
        return self._catalog.status(model)

    async def _load_first(self, name: str, versions: list[int]) -> None:
        async with self._loads:
            for version in versions:
                if self._stopping or await self._try_load(name, version):
                    return

    async def _try_load(self, name: str, version: int) -> bool:
        self._catalog.report(ModelStatus(name, version, ModelState.LOADING))
        try:
            servable = await asyncio.to_thread(self._load, self._repository.directory(name, version))
        except ModelLoadError as error:
            self._report_broken(name, version, str(error))
        except Exception as error:  # whatever a broken version makes a library raise, the good ones are served
            logger.exception("loading version %d of model %s failed", version, name)
            self._report_broken(name, version, f"loading failed: {type(error).__name__}: {error}")
        else:
            await self._put_into_service(name, version, servable)
            return True
        return False

    async def _put_into_service(self, name: str, version: int, servable: Servable) -> None:
        model = ServedModel(name, version, servable, self._batching, self._compilation, self._clock)
        await model.prepare(lambda: not self._stopping)
        if self._stopping:
            await model.close()
            return
        self._catalog.put(model)
        logger.info("model %s: version %d is in service", name, version)

    def _report_broken(self, name: str, version: int, reason: str) -> None:
        logger.error("model %s: version %d is broken and not served: %s", name, version, reason)
        self._catalog.report(ModelStatus(name, version, ModelState.FAILED, reason))

    def _report_problem(self, name: str, reason: str) -> None:
        logger.warning("model repository: %s: %s", name, reason)
        earlier = [status.reason for status in self.statuses() if (status.name, status.version) == (name, 0)]
        self._catalog.report(ModelStatus(name, 0, ModelState.FAILED, "; ".join([*earlier, reason])))
