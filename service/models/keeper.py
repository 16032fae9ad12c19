"""Makes what is in service of a model what should be: what comes is in service before what goes is taken out."""

import asyncio
from collections import defaultdict
from collections.abc import Collection

from service.models.aspired import Aspiration, AspiredVersions
from service.models.catalog import Catalog
from service.models.version_loader import VersionLoader
from service.models.version_unloader import VersionUnloader
from service.types import ModelState, ModelStatus


class VersionKeeper:
    """Belongs to the event loop. Changes of one model come one after another, those of several models at once."""

    def __init__(
        self, catalog: Catalog, aspired: AspiredVersions, loader: VersionLoader, unloader: VersionUnloader
    ) -> None:
        self._catalog = catalog
        self._aspired = aspired
        self._loader = loader
        self._unloader = unloader
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._stopping = False

    def stop(self) -> None:
        """Load and unload nothing any more, but for what has begun."""
        self._stopping = True
        self._loader.stop()

    def announce(self, name: str, on_disk: Collection[int]) -> None:
        """List as LOADING what is about to be loaded, before the first load begins."""
        aspired = self._aspired.of(name, on_disk, self._catalog.served(name))
        for version in (*aspired.candidates[: aspired.most], *aspired.pinned):
            if version not in self._catalog.states(name):
                self._catalog.report(ModelStatus(name, version, ModelState.LOADING))

    async def bring_up_to_date(self, name: str, on_disk: Collection[int]) -> None:
        """Load what should be in service, then take out what should not.

        Nothing is taken out where nothing would be left although there are versions on disk, unless it is barred.
        """
        async with self._turns[name]:
            self._aspired.forget_missing(name, on_disk, self._catalog.served(name))
            kept = await self._serve(name, self._aspired_now(name, on_disk))
            if not self._stopping:
                self._take_out_others(name, on_disk, kept)
                self._strike_off(name, on_disk)

    def _aspired_now(self, name: str, on_disk: Collection[int]) -> Aspiration:
        return self._aspired.of(name, on_disk, self._catalog.served(name))

    async def _serve(self, name: str, aspired: Aspiration) -> set[int]:
        """Have in service what should be and can be, and return it."""
        kept: set[int] = set()
        for version in aspired.candidates:
            if len(kept) == aspired.most:
                break
            if await self._is_served(name, version):
                kept.add(version)
        for version in aspired.pinned:
            if await self._is_served(name, version):
                kept.add(version)
        return kept

    async def _is_served(self, name: str, version: int) -> bool:
        """Whether the version is in service, after loading it where it is new. What failed once is as it was."""
        if version in self._catalog.served(name):
            return True
        state = self._catalog.states(name).get(version)
        return state in (None, ModelState.LOADING) and await self._loader.bring_in(name, version)

    def _take_out_others(self, name: str, on_disk: Collection[int], kept: set[int]) -> None:
        served, now = self._catalog.served(name), self._aspired_now(name, on_disk)
        # What was pinned while others were being loaded stays; what is pinned and failed takes nobody's place.
        kept = kept.union(set(now.pinned).intersection(served))
        for version in served:
            if version in now.barred or (version not in kept and (kept or not on_disk)):
                self._unloader.take_out(name, version)

    def _strike_off(self, name: str, on_disk: Collection[int]) -> None:
        for version, state in self._catalog.states(name).items():
            if state is ModelState.FAILED and version and version not in on_disk:
                self._catalog.forget(name, version)
