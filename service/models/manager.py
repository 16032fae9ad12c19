"""Brings the versions of a repository into service and out of it again."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from service.errors import UnavailableError
from service.limits import BatchingConfig, CompilationConfig
from service.models.admin import ModelAdmin
from service.models.aspired import AspiredVersions
from service.models.catalog import Catalog, StatusListener
from service.models.keeper import VersionKeeper
from service.models.recovery import Recovery
from service.models.repository import Repository, RepositoryListing, RepositoryProblem
from service.models.router import Router
from service.models.served_model import Lease, ServedModel
from service.models.version_loader import VersionLoader
from service.models.version_unloader import VersionUnloader
from service.models.watchdog import Watchdog
from service.servable import Loader
from service.types import ModelSpec, ModelState, ModelStatus
from service.versioning.settings import Versioning
from service.versioning.traffic import Shadow, Traffic

logger = logging.getLogger(__name__)


class ModelManager:
    """Serves the models of a repository, of each the versions that its policy, labels and operator ask for.

    Belongs to the event loop.

    Attributes:
        admin: changes what is served.

    Args:
        repository: where the versions are.
        load: opens a version directory; blocks.
        versioning: which versions to serve; by default the newest of each model that is not broken.
        batching: bounds of each version's batcher.
        compilation: what may be spent on compiling each version; by default nothing.
        clock: seconds; deadlines are points on it.
    """

    def __init__(
        self,
        repository: Repository,
        load: Loader,
        versioning: Versioning | None = None,
        batching: BatchingConfig | None = None,
        compilation: CompilationConfig | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        versioning = versioning or Versioning()
        batching, compilation = batching or BatchingConfig(), compilation or CompilationConfig(seconds=0)
        self._repository = repository
        self._catalog = Catalog()
        self._router = Router(self._catalog, versioning)
        self._aspired = AspiredVersions(versioning, self._router.pinned)
        self._unloader = VersionUnloader(self._catalog)
        loader = VersionLoader(repository, load, self._catalog, batching, compilation, clock)
        self._keeper = VersionKeeper(self._catalog, self._aspired, loader, self._unloader)
        self.admin = ModelAdmin(
            repository, self._catalog, self._router, self._aspired, self._keeper, self._unloader, self.statuses
        )
        self._recovery = Recovery(repository, self._catalog, self._keeper, clock)
        self._leaving: list[ServedModel] = []
        self._started = False
        self._stopping = False

    async def refresh(self) -> None:
        """Look at the repository, and serve of each model the versions that should be and are not broken.

        The first look starts the service. At every later one, what takes over is in service before what it replaces is
        taken out, and that is closed when nobody uses it any more. Call it again only after it has returned.

        Raises:
            RepositoryError: the repository itself cannot be read; nothing has changed.
        """
        listing = await asyncio.to_thread(self._repository.scan)
        if not (listing.versions or listing.unreadable) and self._catalog.names():
            logger.warning("the model repository is empty, which is taken for a fault: all versions stay in service")
            return
        self._report_problems((*listing.problems, *self._aspired.missing(listing)))
        on_disk = self._on_disk(listing)
        for name, versions in on_disk.items():
            self._keeper.announce(name, versions)
        self._started = True
        await asyncio.gather(*(self._keeper.bring_up_to_date(*model) for model in on_disk.items()))

    async def stop(self) -> None:
        """Refuse new calls, let those that hold a version finish, close the versions."""
        self._stopping = True
        self._keeper.stop()
        self._leaving = self._catalog.remove_all()
        closing = [model.close() for model in self._leaving]
        await asyncio.gather(*closing, self._unloader.all_closed(), self.admin.stop(), self._recovery.stop())

    def give_up(self) -> None:
        """Have `stop` wait no longer for forward passes that do not end."""
        for model in (*self._leaving, *self._unloader.leaving):
            model.give_up("the server is shutting down")

    def acquire(self, spec: ModelSpec) -> Lease:
        """Hold the version that `spec` means as long as a `with` block runs; without a choice the newest in service.

        Raises:
            InvalidArgumentError: no name, and several models to choose from.
            NotFoundError: no such model, version or label.
            UnavailableError: loading, broken or stopping.
        """
        if self._stopping or not self._started:
            raise UnavailableError("the server is shutting down" if self._stopping else "the models are being loaded")
        return self._router.find(spec).lease()

    def subscribe(self, callback: StatusListener) -> None:
        """Have `callback` called, on the event loop, with every change of a version's state from now on."""
        self._catalog.subscribe(callback)

    def statuses(self) -> list[ModelStatus]:
        """Every version that is known, by name, then version. What is no version at all is listed as version 0."""
        return [self._labelled(status) for status in self._catalog.statuses()]

    def status(self, model: ServedModel) -> ModelStatus:
        """The state of a version that is held."""
        return self._labelled(self._catalog.status(model))

    def watchdog(self, limit_seconds: float, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> Watchdog:
        """Return what finds versions that do not score any more; they are replaced.

        Args:
            limit_seconds: how long a forward pass may take.
            sleep: waits for so many seconds.
        """
        return Watchdog(self._catalog.in_service, self._recovery.recover, limit_seconds, sleep)

    def traffic(self, name: str) -> Traffic:
        """Which versions of a model answer whom."""
        return self._router.traffic(name)

    def shadow_of(self, model: ServedModel) -> tuple[Shadow, ModelSpec] | None:
        """Who is shown a copy of what this version answers: nobody, or another version that is in service."""
        shadow = self._router.traffic(model.spec.name).shadow
        version = None if shadow is None else self._router.version_of(model.spec.name, shadow.target)
        if shadow is None or version in (None, model.spec.version):
            return None
        return shadow, ModelSpec(model.spec.name, version)

    def is_idle(self) -> bool:
        """Whether no version scores anything."""
        return all(model.is_idle for model in self._catalog.in_service())

    def _labelled(self, status: ModelStatus) -> ModelStatus:
        return replace(status, version_labels=self._router.labels_of(status.name, status.version))

    def _on_disk(self, listing: RepositoryListing) -> dict[str, tuple[int, ...]]:
        """The versions of each model, those models included that are there no more."""
        gone: dict[str, tuple[int, ...]] = {
            name: () for name in self._catalog.names() if name not in listing.unreadable
        }
        return gone | listing.versions

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
