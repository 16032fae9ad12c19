"""The life of the server, loading → serving → draining, and the count of the calls it has accepted."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from service.errors import ResourceExhaustedError, UnavailableError

# Long enough for a few batches to leave, short enough that a client hardly notices.
RETRY_AFTER_MS = 100


class Phase(Enum):
    """Where the server is in its life."""

    LOADING = "loading"
    SERVING = "serving"
    DRAINING = "draining"


class Lifecycle:
    """Admits calls while the server serves and is not full. A call that was admitted is accepted: it is finished.

    Used from the event loop only.
    """

    def __init__(self, max_in_flight: int) -> None:
        self.max_in_flight = max_in_flight
        self.phase = Phase.LOADING
        self.draining = asyncio.Event()
        self.accepted = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def start_serving(self) -> None:
        """Admit calls from now on, unless the server already drains."""
        if self.phase is Phase.LOADING:
            self.phase = Phase.SERVING

    def start_draining(self) -> None:
        """Refuse calls from now on."""
        self.phase = Phase.DRAINING
        self.draining.set()

    async def idle(self) -> None:
        """Wait until no accepted call is left."""
        await self._idle.wait()

    @contextmanager
    def accept(self) -> Iterator[None]:
        """Accept a call for as long as the block runs.

        Raises:
            UnavailableError: the server loads or drains.
            ResourceExhaustedError: `max_in_flight` calls are being worked on.
        """
        self._check()
        self.accepted += 1
        self._idle.clear()
        try:
            yield
        finally:
            self.accepted -= 1
            if self.accepted == 0:
                self._idle.set()

    def _check(self) -> None:
        if self.phase is Phase.LOADING:
            raise UnavailableError("the server is loading its models: try again in a moment")
        if self.phase is Phase.DRAINING:
            raise UnavailableError("the server is shutting down: call another one")
        if self.accepted >= self.max_in_flight:
            raise ResourceExhaustedError(
                f"{self.max_in_flight} calls are being worked on, which is the limit: try again in a moment",
                retry_after_ms=RETRY_AFTER_MS,
            )
