"""Scores a batch by the executable of its bucket where that is worth it, and by the plain graph elsewhere."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from service.compilation.bucket_trial import Trial, try_executable
from service.compilation.buckets import Bucket, BucketGrid
from service.servable import Score, Scores, Servable
from service.tokenizing.tokens import Tokens

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Executable:
    """Machine code for one bucket; `speedup` is that of a full bucket over the plain graph."""

    score: Score
    speedup: float


class CompiledScorer:
    """One thread may score while another one builds.

    Args:
        servable: the version.
        grid: its buckets.
        clock: seconds, for comparing speeds.
        missed: called, in the thread that scores, with the bucket of each batch that was never tried.
    """

    def __init__(
        self, servable: Servable, grid: BucketGrid, clock: Callable[[], float], missed: Callable[[Bucket], object]
    ) -> None:
        self._servable = servable
        self._grid = grid
        self._clock = clock
        self._missed = missed
        self._tried: dict[Bucket, Executable | None] = {}
        self._uses: Counter[Bucket] = Counter()

    @property
    def buckets(self) -> list[Bucket]:
        """The buckets that have an executable, those first that were used for most batches."""
        usable = [bucket for bucket, executable in list(self._tried.items()) if executable is not None]
        return sorted(usable, key=lambda bucket: -self._uses[bucket])

    def score(self, tokens: Tokens) -> Scores:
        """Score a batch of any shape: <float32>[batch, labels]."""
        bucket = self._grid.cover(*tokens.token_ids.shape)
        executable = self._tried.get(bucket)
        if executable is None:
            if bucket not in self._tried:
                self._missed(bucket)
        elif bucket.size <= executable.speedup * tokens.token_ids.size:  # else the padding costs more than is gained
            self._uses[bucket] += 1
            return executable.score(tokens.pad(bucket.texts, bucket.tokens))[: len(tokens.length)]
        return self._servable.score(tokens)

    def build(self, bucket: Bucket) -> None:
        """Compile for a bucket, and use the executable if it gives the scores of the plain graph in less time. Blocks.

        Raises:
            CompileError: the version cannot be compiled.
        """
        score = self._servable.compile(bucket.texts, bucket.tokens)
        examples = self._servable.tokenize(self._servable.examples)
        trial = try_executable(score, self._servable.score, bucket, examples, self._clock)
        self._tried[bucket] = Executable(score, trial.speedup) if _is_accepted(trial, bucket) else None


def _is_accepted(trial: Trial, bucket: Bucket) -> bool:
    if not trial.agrees:
        logger.warning(
            "compiled scores of %d × %d tokens differ by %.2g: the plain graph goes on scoring these batches",
            *(bucket.texts, bucket.tokens, trial.difference),
        )
    return trial.agrees and trial.is_faster
