"""The run of a server from listening to its exit code: listen, load, serve, drain."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import structlog

from service.config import ServiceConfig
from service.core import ServerCore
from service.health import Health, HealthServicer, health_of
from service.lifecycle import Lifecycle
from service.limits import BatchingConfig, CompilationConfig, Limits
from service.models.manager import ModelManager
from service.models.repository import Repository, RepositoryError
from service.response_cache import ResponseCache
from service.servable import Loader, Servable
from service.server import Server
from service.types import ModelState, ModelStatus
from service.versioning.settings import Versioning

# After this long even the answers that are on their way are given up.
LAST_BYTES_SECONDS = 5.0
# And after so long the forward passes that nobody waits for any more.
STUCK_SECONDS = 10.0
# Calls that come in this long before the end are refused at the end: see Lifecycle.hold_refusals.
HOLD_SECONDS = 0.25


class Service:
    """A server with its models.

    Args:
        config: the settings.
        load: opens a version directory.
        shares_port: whether other processes listen on the port too.
    """

    def __init__(self, config: ServiceConfig, load: Loader, shares_port: bool = False) -> None:
        self._config = config
        self.lifecycle = Lifecycle(config.max_in_flight)
        batching = BatchingConfig(
            max_queue_texts=config.queue_texts,
            max_batch_tokens=config.batch_tokens,
            max_wait_seconds=config.max_wait_us / 1_000_000,
            max_queue_seconds=config.queue_ms / 1000,
        )
        compilation = CompilationConfig(seconds=config.compile_seconds)
        versioning = Versioning(config.versions, config.labels, config.traffic, config.shadow)
        self._manager = ModelManager(Repository(config.repository), load, versioning, batching, compilation)
        cache = ResponseCache(config.cache_mb * 2**20) if config.cache_mb else None
        self._core = ServerCore(self._manager, Limits(config.max_texts, config.max_characters), cache=cache)
        self._health = HealthServicer(self._current_health)
        self._server = Server(config, self._core, self._manager.admin, self.lifecycle, self._health, shares_port)
        self._manager.subscribe(self._on_change)
        self._polling: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Listen, at first refusing calls as UNAVAILABLE; return the port.

        Raises:
            AddressError: the address is taken, or not of this machine.
        """
        port = self._server.listen()
        await self._server.start()
        socket = self._config.unix_socket and str(self._config.unix_socket)
        structlog.get_logger().info("listening", host=self._config.host, port=port, unix_socket=socket)
        return port

    async def load(self) -> None:
        """Load the models, admit calls, and follow the repository from then on if that is asked for.

        Raises:
            RepositoryError: the repository itself cannot be read.
        """
        started = time.monotonic()
        await self._manager.refresh()
        self.lifecycle.start_serving()
        self._health.refresh()
        self._report(time.monotonic() - started)
        if self._config.watchdog_seconds:
            watchdog = self._manager.watchdog(self._config.stuck_seconds)
            self._watching = asyncio.create_task(watchdog.watch(self._config.watchdog_seconds), name="watchdog")
        if self._config.poll_seconds:
            self._polling = asyncio.create_task(self._poll(), name="poll")

    async def drain(self) -> None:
        """Tell the health watchers, refuse new calls, finish the accepted ones, stop listening, close the models."""
        ends = time.monotonic() + self._config.drain_seconds
        self.lifecycle.start_draining()
        self._health.refresh()
        structlog.get_logger().info("draining", accepted=self.lifecycle.accepted, seconds=self._config.drain_seconds)
        try:
            await asyncio.wait_for(self.lifecycle.idle(), self._config.drain_seconds)
        except TimeoutError:
            structlog.get_logger().warning("calls were cut off: the drain took too long", calls=self.lifecycle.accepted)
        await self._close(max(0.0, min(LAST_BYTES_SECONDS, ends - time.monotonic())))
        if self._watching is not None:
            self._watching.cancel()
        await self._stop_models()
        if self._polling is not None:
            await self._polling  # whatever it was loading closes as soon as it is loaded
        structlog.get_logger().info("stopped")

    async def _stop_models(self) -> None:
        stopping = asyncio.create_task(self._manager.stop(), name="stop")
        await asyncio.wait((stopping,), timeout=STUCK_SECONDS)
        if not stopping.done():
            structlog.get_logger().warning("a forward pass does not end, and is not waited for")
            self._manager.give_up()
        await stopping

    async def _poll(self) -> None:
        while not self.lifecycle.draining.is_set():
            try:
                await asyncio.wait_for(self.lifecycle.draining.wait(), self._config.poll_seconds)
            except TimeoutError:
                await self._look_again()

    async def _look_again(self) -> None:
        try:
            await self._manager.refresh()
        except RepositoryError as error:
            structlog.get_logger().warning("cannot look at the repository: all stays as it is", reason=str(error))
        except Exception:  # whatever is wrong with one look, the next one may find it gone
            structlog.get_logger().exception("looking at the repository failed")

    async def _close(self, grace_seconds: float) -> None:
        self.lifecycle.hold_refusals()
        await asyncio.sleep(HOLD_SECONDS)
        # The library sends GOAWAY at once, and then waits for answers whose last bytes are still on their way.
        stopping = asyncio.create_task(self._server.stop(grace_seconds))
        await asyncio.sleep(0)
        self.lifecycle.release_refusals()
        self._health.close()
        await stopping

    def _current_health(self) -> Health:
        return health_of(self.lifecycle.phase, self._core.list_models())

    def _on_change(self, _status: ModelStatus) -> None:
        self._health.refresh()

    def _report(self, seconds: float) -> None:
        logger = structlog.get_logger()
        available = [status for status in self._core.list_models() if status.state is ModelState.AVAILABLE]
        if available:
            models: dict[str, list[int]] = {}
            for status in available:
                models.setdefault(status.name, []).append(status.version)
            logger.info("serving", models=models, seconds=round(seconds, 3))
        else:
            logger.error(
                "not serving: no model of the repository could be loaded; ListModels and the lines above say why",
                repository=str(self._config.repository),
            )


class Signals:
    """SIGTERM and SIGINT: the first asks for a drain, the second ends the process at once."""

    def __init__(self) -> None:
        self._received = asyncio.Event()

    def install(self) -> None:
        """Take over from Python's own handlers, for the running event loop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._receive, number)

    def end_with_standard_input(self) -> None:
        """Take the end of standard input, a pipe from a supervisor, for a signal: it is gone."""
        loop = asyncio.get_running_loop()

        def read() -> None:
            if not os.read(sys.stdin.fileno(), 1):
                loop.remove_reader(sys.stdin.fileno())
                self._receive(signal.SIGTERM)

        loop.add_reader(sys.stdin.fileno(), read)

    async def first(self) -> None:
        """Wait for the first signal."""
        await self._received.wait()

    def _receive(self, number: signal.Signals) -> None:
        structlog.get_logger().info("signal", name=number.name, again=self._received.is_set())
        if self._received.is_set():
            sys.stdout.flush()
            # Not sys.exit: threads that run a model would be waited for.
            os._exit(128 + number)
        self._received.set()


async def run(config: ServiceConfig, load: Loader, is_worker: bool = False) -> None:
    """Serve until a signal comes, then drain.

    A worker of a supervisor does so until that is gone too, and listens only when its models are loaded: until then the
    calls are for the others.

    Raises:
        AddressError: the address is taken, or not of this machine.
        RepositoryError: the repository itself cannot be read.
    """
    signals = Signals()
    signals.install()
    service = Service(config, load, shares_port=is_worker)
    if is_worker:
        signals.end_with_standard_input()
        loading = asyncio.create_task(_load_and_listen(service))
    else:
        await service.start()
        loading = asyncio.create_task(service.load())
    stopping = asyncio.create_task(signals.first())
    try:
        await asyncio.wait((loading, stopping), return_when=asyncio.FIRST_COMPLETED)
        if loading.done():
            loading.result()
            await stopping
    finally:
        stopping.cancel()
        await service.drain()
        await asyncio.gather(loading, return_exceptions=True)


async def _load_and_listen(service: Service) -> None:
    await service.load()
    await service.start()


def tensorflow_loader(threads: int) -> Loader:
    """Return a loader of SavedModels. TensorFlow takes seconds to import, so that waits for the first model."""

    def load(directory: Path) -> Servable:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # its greetings are not for our log
        from service import tensorflow_backend

        tensorflow_backend.hide_gpus()
        tensorflow_backend.set_threads(threads)
        return tensorflow_backend.load_saved_model(directory)

    return load
