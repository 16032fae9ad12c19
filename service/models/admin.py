"""What an operator may change while the server runs: which versions are in service, and who gets which."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from service.errors import FailedPreconditionError, InvalidArgumentError, NotFoundError, UnavailableError, Violation
from service.models.aspired import AspiredVersions
from service.models.catalog import Catalog
from service.models.keeper import VersionKeeper
from service.models.repository import Repository, RepositoryError
from service.models.router import Router
from service.models.version_unloader import VersionUnloader
from service.types import ModelState, ModelStatus
from service.versioning.labels import is_label
from service.versioning.traffic import Traffic

logger = logging.getLogger(__name__)


class ModelAdmin:
    """Belongs to the event loop. Changes last until the process ends, and survive looks at the repository.

    A change that has begun is finished, whether or not its caller still waits. Each returns every version of the model
    that is known then.

    Args:
        repository: where the versions are.
        catalog: knows what is in service.
        router: has the labels.
        aspired: is told what is wanted.
        keeper: brings it about.
        unloader: knows when it is brought about.
        statuses: every version that is known.
    """

    def __init__(
        self,
        repository: Repository,
        catalog: Catalog,
        router: Router,
        aspired: AspiredVersions,
        keeper: VersionKeeper,
        unloader: VersionUnloader,
        statuses: Callable[[], list[ModelStatus]],
    ) -> None:
        self._repository = repository
        self._catalog = catalog
        self._router = router
        self._aspired = aspired
        self._keeper = keeper
        self._unloader = unloader
        self._statuses = statuses
        self._changes: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def load(self, name: str, version: int | None = None) -> list[ModelStatus]:
        """Serve a version, beside those that are served already; without one, what the policy of the model says.

        What failed before is tried again. Returns when it is in service.

        Raises:
            FailedPreconditionError: it cannot be loaded; the message says why.
            NotFoundError: the repository has no such model or version.
            UnavailableError: the server is shutting down.
        """
        await self._finish(self._load(name, version))
        return self._of(name)

    async def unload(self, name: str, version: int | None = None) -> list[ModelStatus]:
        """Take a version, or without one the whole model, out of service, and keep it out until it is loaded again.

        What the policy puts in its place is in service before. Returns when it is closed.

        Raises:
            FailedPreconditionError: something still leads to it, such as a label.
            NotFoundError: no such model or version is in service.
            UnavailableError: the server is shutting down.
        """
        await self._finish(self._unload(name, version))
        return self._of(name)

    def set_label(self, name: str, label: str, version: int | None) -> list[ModelStatus]:
        """Put a label on a version, moving it there from where it is; without one, take it off.

        Nothing is unloaded at once: the version that lost its label is left to the policy at the next look at the
        repository.

        Raises:
            InvalidArgumentError: the label is none.
            FailedPreconditionError: the version is not in service.
            NotFoundError: no such model, or no such label to take off.
        """
        if not is_label(label):
            message = "label must be a letter, then letters, digits, '_', '.' or '-', at most 64 in all"
            raise InvalidArgumentError(message, (Violation("label", message.removeprefix("label ")),))
        self._check_known(name)
        if version is None and label not in self._router.labels(name):
            raise NotFoundError(f"model {name!r} has no version label {label!r}")
        if version is None and label in self._router.traffic(name).targets():
            raise FailedPreconditionError(f"traffic of model {name!r} is sent to label {label!r}; change that first")
        if version is not None:
            self._check_in_service(name, version)
        self._router.label(name, label, version)
        logger.info("model %s: label %s is %s", name, label, "taken off" if version is None else f"on {version}")
        return self._of(name)

    def set_traffic(self, name: str, traffic: Traffic) -> None:
        """Say which versions answer the calls that name none, and which one is shown copies; replaces what was set.

        Raises:
            FailedPreconditionError: a version is not in service.
            NotFoundError: no such model or label.
        """
        self._check_known(name)
        for target in traffic.targets():
            version = self._router.version_of(name, target)
            if version is None:
                raise NotFoundError(f"model {name!r} has no version label {target!r}")
            self._check_in_service(name, version)
        self._router.direct(name, traffic)
        logger.info("model %s: traffic is set: %s", name, traffic)

    async def stop(self) -> None:
        """Begin no more changes, and return when those that have begun are done."""
        self._stopping = True
        await asyncio.gather(*self._changes, return_exceptions=True)

    async def _finish(self, change: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(change, name="admin")
        self._changes.add(task)
        task.add_done_callback(self._done)
        await asyncio.shield(task)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._changes.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.warning("an administrative change failed: %s", error)

    async def _load(self, name: str, version: int | None) -> None:
        on_disk = await self._on_disk(name)
        if not on_disk or version not in (None, *on_disk):
            found = ", ".join(map(str, on_disk)) or "no version"
            what = f"model {name!r}" if version is None else f"version {version} of model {name!r}"
            raise NotFoundError(f"the repository has no {what}; of this model it has {found}")
        await self._unloader.closed(name, version)
        self._forget_failures(name, version)
        self._aspired.want(name, version)
        await self._keeper.bring_up_to_date(name, on_disk)
        self._check_loaded(name, version)

    async def _unload(self, name: str, version: int | None) -> None:
        self._check_known(name)
        if version is not None:
            self._check_in_service(name, version, NotFoundError)
        self._check_unused(name, version)
        self._aspired.reject(name, version)
        await self._keeper.bring_up_to_date(name, await self._on_disk(name))
        if version is None:
            self._forget_failures(name, version)
        await self._unloader.closed(name, version)

    async def _on_disk(self, name: str) -> tuple[int, ...]:
        try:
            listing = await asyncio.to_thread(self._repository.scan)
        except RepositoryError as error:
            raise FailedPreconditionError(str(error)) from error
        if self._stopping:
            raise UnavailableError("the server is shutting down")
        return listing.versions.get(name, ())

    def _forget_failures(self, name: str, version: int | None) -> None:
        for known, state in self._catalog.states(name).items():
            if state is ModelState.FAILED and known and version in (None, known):
                self._catalog.forget(name, known)

    def _check_loaded(self, name: str, version: int | None) -> None:
        served = self._catalog.served(name)
        if version in served if version is not None else served:
            return
        if self._stopping:
            raise UnavailableError("the server is shutting down")
        reasons = [status.reason for status in self._of(name) if status.reason and version in (None, status.version)]
        if version is None:
            raise FailedPreconditionError(
                f"no version of model {name!r} could be loaded: {'; '.join(reasons) or 'its policy asks for none'}"
            )
        self._aspired.unwant(name, version)
        raise FailedPreconditionError(f"version {version} of model {name!r} could not be loaded: {'; '.join(reasons)}")

    def _check_known(self, name: str) -> None:
        if name not in self._catalog.names():
            raise NotFoundError(f"no model {name!r}; this server has {', '.join(self._catalog.names()) or 'none'}")

    def _check_in_service(
        self, name: str, version: int, error: type[NotFoundError | FailedPreconditionError] = FailedPreconditionError
    ) -> None:
        served = sorted(self._catalog.served(name))
        if version not in served or self._aspired.is_rejected(name, version):
            in_service = ", ".join(map(str, served)) or "none"
            raise error(f"version {version} of model {name!r} is not in service; in service: {in_service}")

    def _check_unused(self, name: str, version: int | None) -> None:
        versions = self._catalog.served(name) if version is None else (version,)
        if uses := [use for each in versions for use in self._router.uses(name, each)]:
            raise FailedPreconditionError(f"{' and '.join(uses)}; change that first")

    def _of(self, name: str) -> list[ModelStatus]:
        return [status for status in self._statuses() if status.name == name]
