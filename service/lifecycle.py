"""The life of the server, loading → serving → draining → closing, and the count of the calls it has accepted."""

import asyncio
from collections import Counter
from enum import Enum

from service.errors import ResourceExhaustedError, UnavailableError

# Long enough for a few batches to leave, short enough that a client hardly notices.
RETRY_AFTER_MS = 100


class Phase(Enum):
    """Where the server is in its life."""

    LOADING = "loading"
    SERVING = "serving"
    DRAINING = "draining"
    CLOSING = "closing"


class Lifecycle:
    """Admits calls while the server serves and is not full. A call that was admitted is accepted: it is finished.

    Used from the event loop only.
    """

    def __init__(self, max_in_flight: int) -> None:
        self.max_in_flight = max_in_flight
        self.phase = Phase.LOADING
        self.draining = asyncio.Event()
        self.accepted = 0
        self._of_client: Counter[str] = Counter()
        self._idle = asyncio.Event()
        self._idle.set()
        self._goodbye = asyncio.Event()

    def start_serving(self) -> None:
        """Admit calls from now on, unless the server already drains."""
        if self.phase is Phase.LOADING:
            self.phase = Phase.SERVING

    def start_draining(self) -> None:
        """Refuse calls from now on."""
        self.phase = Phase.DRAINING
        self.draining.set()

    def hold_refusals(self) -> None:
        """Let calls that are to be refused wait for `release_refusals`.

        The library cancels calls that reach it while it shuts down. Clients that wait for a refusal send no such call,
        and by the time they have it, they know that the connection is closing.
        """
        self.phase = Phase.CLOSING

    def release_refusals(self) -> None:
        """Refuse the calls that wait for it."""
        self._goodbye.set()

    async def idle(self) -> None:
        """Wait until no accepted call is left."""
        await self._idle.wait()

    def accept(self, client: str = "") -> "AcceptedCall":
        """Accept a call of a client for as long as an `async with` block runs.

        Entering it raises:
            UnavailableError: the server loads or drains.
            ResourceExhaustedError: `max_in_flight` calls are being worked on, or nine tenths of that for this client.
        """
        return AcceptedCall(self, client)

    async def begin(self, client: str) -> None:
        """Accept a call, as `accept`; `end` must follow."""
        if self.phase is Phase.CLOSING:
            await self._goodbye.wait()
        self._check(client)
        self.accepted += 1
        self._of_client[client] += 1
        self._idle.clear()

    def end(self, client: str) -> None:
        """Count a call as finished."""
        self.accepted -= 1
        self._of_client[client] -= 1
        if not self._of_client[client]:
            del self._of_client[client]
        if self.accepted == 0:
            self._idle.set()

    def _check(self, client: str) -> None:
        if self.phase is Phase.LOADING:
            raise UnavailableError("the server is loading its models: try again in a moment")
        if self.phase in (Phase.DRAINING, Phase.CLOSING):
            raise UnavailableError("the server is shutting down: call another one")
        if self.accepted >= self.max_in_flight:
            raise ResourceExhaustedError(
                f"{self.max_in_flight} calls are being worked on, which is the limit: try again in a moment",
                retry_after_ms=RETRY_AFTER_MS,
            )
        most = self.max_in_flight - self.max_in_flight // 10
        if client and self._of_client[client] >= most:
            raise ResourceExhaustedError(
                f"{most} calls of yours are being worked on, which is the limit for one client: try again in a moment",
                retry_after_ms=RETRY_AFTER_MS,
            )


class AcceptedCall:
    """A call that is being worked on. A class, since a generator would take three times as long, for every call."""

    __slots__ = ("_client", "_lifecycle")

    def __init__(self, lifecycle: Lifecycle, client: str) -> None:
        self._lifecycle = lifecycle
        self._client = client

    async def __aenter__(self) -> None:
        await self._lifecycle.begin(self._client)

    async def __aexit__(self, *_: object) -> None:
        self._lifecycle.end(self._client)
