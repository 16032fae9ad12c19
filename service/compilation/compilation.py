"""What is compiled of one version: the scorer that runs it, and the compiler that builds more of it meanwhile."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from service.compilation.buckets import Bucket, BucketGrid
from service.compilation.compiled_scorer import CompiledScorer
from service.compilation.compiler import Compiler
from service.executor import WorkerThread
from service.limits import CompilationConfig
from service.servable import CompileError, Score, Servable
from service.types import ModelSpec

logger = logging.getLogger(__name__)

COMPILER_NICE = 10
"""Compiling takes a processor for half a second: by this a tenth of one, while calls want the rest."""


class Compilation:
    """Created on the event loop that serves the version.

    Args:
        spec: which version it is, for the log.
        servable: the version.
        max_batch_tokens: padded tokens of the largest batch.
        config: what may be spent; with no seconds, nothing is compiled ever.
        clock: seconds.

    Attributes:
        score: scores a batch of any shape, in the thread of the caller.
    """

    def __init__(
        self,
        spec: ModelSpec,
        servable: Servable,
        max_batch_tokens: int,
        config: CompilationConfig,
        clock: Callable[[], float],
    ) -> None:
        self._spec = spec
        self._loop = asyncio.get_running_loop()
        self._grid = BucketGrid(servable.info.max_tokens, max_batch_tokens)
        self._by_gain = self._grid.by_gain(servable.info.token_quantiles)
        self._scorer = CompiledScorer(servable, self._grid, clock, self._report_miss)
        self._thread = WorkerThread(f"compile-{spec.name}-{spec.version}", nice=COMPILER_NICE)
        self._compiler = Compiler(self._scorer.build, self._thread, config, clock)
        self.score: Score = self._scorer.score if config.seconds else servable.score

    @property
    def buckets(self) -> list[Bucket]:
        """The shapes that have an executable, those first that were used for most batches."""
        return self._scorer.buckets

    async def prepare(self, first: Sequence[Bucket], is_wanted: Callable[[], bool]) -> None:
        """Compile ahead, `first` first, for as long as the time lasts and the version is wanted."""
        known = [bucket for bucket in first if self._grid.cover(bucket.texts, bucket.tokens) == bucket]
        await self._compiler.compile_ahead(dict.fromkeys(known + self._by_gain), is_wanted)
        if shapes := len(self._scorer.buckets):
            logger.info("model %s: version %d is compiled for %d shapes", self._spec.name, self._spec.version, shapes)

    def give_up(self) -> None:
        """Wait for nothing that is being compiled."""
        self._thread.give_up(lambda: CompileError("the version has been given up"))

    async def close(self) -> None:
        """Return when nothing is being compiled any more; nothing will be. Nobody may score meanwhile."""
        await self._compiler.stop()
        await self._thread.close()

    def _report_miss(self, bucket: Bucket) -> None:
        self._loop.call_soon_threadsafe(self._compiler.want, bucket)
