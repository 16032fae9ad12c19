"""Brings the versions of a repository into service and out of it again."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from service.compilation.buckets import Bucket
from service.errors import UnavailableError
from service.limits import BatchingConfig, CompilationConfig
from service.models.catalog import Catalog, StatusListener
from service.models.repository import Repository, RepositoryListing, RepositoryProblem
from service.models.served_model import ServedModel
from service.models.version_policy import VersionPolicy, newest_first
from service.servable import Loader, ModelLoadError, Servable
from service.types import ModelSpec, ModelState, ModelStatus

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
        self._unloads: set[asyncio.Task[None]] = set()
        self._started = False
        self._stopping = False

    async def refresh(self) -> None:
        """Look at the repository, and serve of each model the first version, in the policy's order, that is not broken.

        The first look starts the service. At every later one, what takes over is in service before what it replaces is
        taken out, and that is closed when nobody uses it any more. Call it again only after it has returned.

        Raises:
            RepositoryError: the repository itself cannot be read; nothing has changed.
        """
        listing = await asyncio.to_thread(self._repository.scan)
        if not (listing.versions or listing.unreadable) and self._catalog.names():
            logger.warning("the model repository is empty, which is taken for a fault: all versions stay in service")
            return
        self._report_problems(listing.problems)
        plans = self._plans(listing)
        for name, versions in plans.items():
            for version in versions[:1]:  # known before the first load begins
                if version not in self._catalog.states(name):
                    self._catalog.report(ModelStatus(name, version, ModelState.LOADING))
        self._started = True
        await asyncio.gather(*(self._bring_up_to_date(name, versions) for name, versions in plans.items()))

    async def stop(self) -> None:
        """Refuse new calls, let those that hold a version finish, close the versions."""
        self._stopping = True
        await asyncio.gather(*(model.close() for model in self._catalog.remove_all()), *self._unloads)

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

    def _plans(self, listing: RepositoryListing) -> dict[str, list[int]]:
        """The versions to try of each model, those models included that are there no more."""
        gone = {name: () for name in self._catalog.names() if name not in listing.unreadable}
        return {name: self._policy(versions) for name, versions in (gone | listing.versions).items()}

    async def _bring_up_to_date(self, name: str, versions: list[int]) -> None:
        chosen = await self._serve_first(name, versions)
        if chosen is not None or not versions:  # else what is served, though gone from the disk, is all there is
            for version in self._catalog.served(name):
                if version != chosen and not self._stopping:
                    self._unload(name, version)
        for version, state in self._catalog.states(name).items():
            if state is ModelState.FAILED and version and version not in versions:
                self._catalog.forget(name, version)

    async def _serve_first(self, name: str, versions: list[int]) -> int | None:
        """Have the first version in service that can be, and return it."""
        async with self._loads:
            for version in versions:
                if self._stopping or await self._is_served(name, version):
                    return version
        return None

    async def _is_served(self, name: str, version: int) -> bool:
        """Whether the version is in service, after loading it where it is new. What failed once is as it was."""
        if version in self._catalog.served(name):
            return True
        state = self._catalog.states(name).get(version)
        return state in (None, ModelState.LOADING) and await self._try_load(name, version)

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
        await model.prepare(self._buckets_in_use(name), lambda: not self._stopping)
        if self._stopping:
            await model.close()
            return
        self._catalog.put(model)
        logger.info("model %s: version %d is in service", name, version)

    def _buckets_in_use(self, name: str) -> list[Bucket]:
        """The shapes that the versions in service are compiled for: traffic will ask the next version for the same."""
        return [bucket for model in self._catalog.served(name).values() for bucket in model.buckets]

    def _unload(self, name: str, version: int) -> None:
        logger.info("model %s: version %d is taken out of service", name, version)
        task = asyncio.create_task(self._close(self._catalog.remove(name, version)), name=f"unload-{name}-{version}")
        self._unloads.add(task)
        task.add_done_callback(self._unloads.discard)

    async def _close(self, model: ServedModel) -> None:
        await model.close()
        assert model.spec.version is not None
        self._catalog.forget(model.spec.name, model.spec.version)
        logger.info("model %s: version %d is closed", model.spec.name, model.spec.version)

    def _report_broken(self, name: str, version: int, reason: str) -> None:
        logger.error("model %s: version %d is broken and not served: %s", name, version, reason)
        self._catalog.report(ModelStatus(name, version, ModelState.FAILED, reason))

    def _report_problems(self, problems: Iterable[RepositoryProblem]) -> None:
        """List each model's problems as version 0, and log what was not listed before."""
        reasons: dict[str, list[str]] = {}
        for problem in problems:
            reasons.setdefault(problem.model, []).append(problem.reason)
        listed = {status.name: status.reason for status in self.statuses() if status.version == 0}
        for name in listed.keys() - reasons.keys():
            self._catalog.forget(name, 0)
        for name, parts in reasons.items():
            if (reason := "; ".join(parts)) != listed.get(name):
                logger.warning("model repository: %s: %s", name, reason)
                self._catalog.report(ModelStatus(name, 0, ModelState.FAILED, reason))
