"""Decides what is compiled when: some buckets before a version takes traffic, others when batches ask for them."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable

from service.compilation.buckets import Bucket
from service.executor import WorkerThread
from service.limits import CompilationConfig
from service.servable import CompileError

logger = logging.getLogger(__name__)


class Compiler:
    """Builds the executables of one version, one at a time, in a thread of its own. Belongs to the event loop.

    Args:
        build: compiles for a bucket and tries it; blocks; may raise CompileError.
        thread: where `build` runs.
        config: what may be spent.
        clock: seconds.
    """

    def __init__(
        self,
        build: Callable[[Bucket], None],
        thread: WorkerThread,
        config: CompilationConfig,
        clock: Callable[[], float],
    ) -> None:
        self._build = build
        self._thread = thread
        self._config = config
        self._clock = clock
        self._built: set[Bucket] = set()
        self._misses: Counter[Bucket] = Counter()
        self._worker: asyncio.Task[None] | None = None
        self._stopped = False

    async def compile_ahead(self, buckets: Iterable[Bucket], is_wanted: Callable[[], bool]) -> None:
        """Compile for these buckets, in order, for as long as the time lasts and the version is still wanted."""
        ends = self._clock() + self._config.seconds
        for bucket in buckets:
            if not (self._may_go_on() and is_wanted() and self._clock() < ends):
                return
            await self._try_build(bucket)

    def want(self, bucket: Bucket) -> None:
        """Note that a batch would have used the bucket. When enough did, it is compiled, the most wanted first."""
        if bucket in self._built:
            return
        self._misses[bucket] += 1
        if self._next() is not None and (self._worker is None or self._worker.done()):
            self._worker = asyncio.create_task(self._work(), name="compiler")

    async def stop(self) -> None:
        """Begin nothing more, and return when what has begun is done."""
        self._stopped = True
        if self._worker is not None:
            await self._worker

    async def _work(self) -> None:
        while (bucket := self._next()) is not None:
            await self._try_build(bucket)

    def _next(self) -> Bucket | None:
        bucket, misses = max(self._misses.items(), key=lambda item: item[1], default=(None, 0))
        return bucket if misses >= self._config.wanted_batches and self._may_go_on() else None

    def _may_go_on(self) -> bool:
        return not self._stopped and len(self._built) < self._config.max_executables

    async def _try_build(self, bucket: Bucket) -> None:
        self._built.add(bucket)
        self._misses.pop(bucket, None)
        try:
            await self._thread.run(self._build, bucket)
        except CompileError as error:
            self._give_up("this version cannot be compiled, and runs as it is: %s", error)
        except Exception as error:  # the plain graph answers: whatever a compiler raises must not end a service
            self._give_up("compiling failed, and is not tried again: %r", error)

    def _give_up(self, message: str, error: Exception) -> None:
        logger.warning(message, error)
        self._stopped = True
