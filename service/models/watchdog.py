"""Finds versions that do not score any more: stuck in a forward pass, dead, or wrong."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from weakref import WeakKeyDictionary

from service.models.served_model import ServedModel

logger = logging.getLogger(__name__)

Report = Callable[[ServedModel, str], None]


class Watchdog:
    """Belongs to the event loop.

    Args:
        in_service: the versions in service, now.
        report: told of each version that is at fault, with a sentence for the operator.
        limit_seconds: how long a forward pass may take.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        in_service: Callable[[], list[ServedModel]],
        report: Report,
        limit_seconds: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._in_service = in_service
        self._report = report
        self._limit_seconds = limit_seconds
        self._sleep = sleep
        self._passes: WeakKeyDictionary[ServedModel, int] = WeakKeyDictionary()

    async def watch(self, interval_seconds: float) -> None:
        """Look at every version every so many seconds, for ever."""
        while True:
            await self._sleep(interval_seconds)
            try:
                await self.look()
            except Exception:  # whatever is wrong with one look, the next one must come
                logger.exception("the watchdog failed to look at the versions")

    async def look(self) -> None:
        """Look at every version once. One that has scored calls since the last look is well; others are tried."""
        await asyncio.gather(*map(self._check, self._in_service()))

    async def _check(self, model: ServedModel) -> None:
        before = model.passes
        if before != self._passes.get(model, 0):
            self._passes[model] = before
            return
        fault = await self._try(model, before)
        self._passes[model] = model.passes
        if fault and model in self._in_service():  # else it is being unloaded, and takes nothing any more
            self._report(model, fault)

    async def _try(self, model: ServedModel, before: int) -> str | None:
        probe = asyncio.ensure_future(model.probe())
        limit = asyncio.ensure_future(self._sleep(self._limit_seconds))
        try:
            await asyncio.wait((probe, limit), return_when=asyncio.FIRST_COMPLETED)
            if not probe.done():
                if model.passes > before:
                    return None  # busy with others
                return f"a forward pass has not ended within {self._limit_seconds:g} s"
            error = probe.exception()
            return None if error is None else f"an example cannot be scored any more: {type(error).__name__}: {error}"
        finally:
            limit.cancel()
            probe.cancel()
