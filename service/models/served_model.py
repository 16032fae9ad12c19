"""A version in service: its servable, the threads that run it, its batcher, and who uses it at the moment."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import count

from service.batching.batcher import Batcher, ScoredCall
from service.batching.fast_path import FastPath
from service.compilation.buckets import Bucket
from service.compilation.compilation import Compilation
from service.errors import UnavailableError
from service.executor import WorkerThread
from service.limits import BatchingConfig, CompilationConfig
from service.models.probe import Probe
from service.ranking import Ranker
from service.servable import Servable
from service.tokenizing.chunking import Pieces, split_long_texts
from service.tokenizing.shared_tokenizer import SharedTokenizer
from service.tokenizing.tokens import Tokens
from service.types import Caller, ModelSpec, Priority

_SERIALS = count()


class ServedModel:
    """Created on the event loop that serves it. Tokenising and scoring have a thread each, so they overlap.

    Attributes:
        spec: its name and version.
        serial: counts all that were ever served; a version that is loaded again has another one.
        info: what it says of itself.

    Args:
        name: of the model.
        version: its number.
        servable: what runs it; the served model closes it.
        batching: bounds of the queue and of a batch.
        compilation: what may be spent on compiling it.
        clock: seconds; deadlines are points on it.
    """

    def __init__(
        self,
        name: str,
        version: int,
        servable: Servable,
        batching: BatchingConfig,
        compilation: CompilationConfig,
        clock: Callable[[], float],
    ) -> None:
        self.spec = ModelSpec(name, version)
        self.serial = next(_SERIALS)
        self.info = servable.info
        self.ranker = Ranker(servable.info)
        self._servable = servable
        self._tokenizing = WorkerThread(f"tokenize-{name}-{version}")
        self._tokenizer = SharedTokenizer(servable.tokenize, self._tokenizing)
        self._scoring = WorkerThread(f"score-{name}-{version}")
        self._compilation = Compilation(self.spec, servable, batching.max_batch_tokens, compilation, clock)
        self._probe = Probe(servable, self._tokenizing, self._scoring, self._compilation.score)
        self.batcher = Batcher(self._compilation.score, self._scoring, batching, clock)
        self._fast_path = FastPath(
            servable.tokenize,
            self._compilation.score,
            self._scoring,
            self.batcher,
            batching.max_batch_tokens,
            clock,
        )
        self._users = 0
        self._unused = asyncio.Event()
        self._unused.set()

    @property
    def passes(self) -> int:
        """Forward passes that have ended, those that failed included."""
        return self._scoring.finished

    @property
    def is_idle(self) -> bool:
        """Whether no text waits or is being scored."""
        return self.batcher.is_idle and self._fast_path.is_idle

    @property
    def buckets(self) -> list[Bucket]:
        """The shapes that it is compiled for, those first that were used for most batches."""
        return self._compilation.buckets

    async def prepare(self, first: Sequence[Bucket], is_wanted: Callable[[], bool]) -> None:
        """Compile, `first` first, while there is time and the version is wanted. Call it before it takes traffic."""
        await self._compilation.prepare(first, is_wanted)

    def lease(self) -> "Lease":
        """Keep the version from being closed for as long as a `with` block runs, which gives the version."""
        return Lease(self)

    def begin_use(self) -> None:
        """Count a user; `end_use` must follow."""
        self._users += 1
        self._unused.clear()

    def end_use(self) -> None:
        """Count a user less."""
        self._users -= 1
        if not self._users:
            self._unused.set()

    async def tokenize(self, texts: Sequence[str]) -> Tokens:
        """Tokenise all texts of a call, off the event loop and together with those of other calls."""
        return await self._tokenizer.tokenize(texts)

    async def tokenize_and_perhaps_score(
        self, texts: Sequence[str], deadline: float | None, caller: Caller
    ) -> tuple[Tokens, ScoredCall | None]:
        """Tokenise all texts of a call, and score them right away where that makes nobody else wait.

        Raises:
            DeadlineExceededError: the deadline passed meanwhile.
        """
        if caller.priority is not Priority.BULK and self._fast_path.is_open(texts):
            return await self._fast_path.run(texts, deadline)
        return await self.tokenize(texts), None

    async def split_long_texts(self, texts: Sequence[str], tokens: Tokens) -> Pieces:
        """Split texts of more than max_tokens tokens into pieces that fit, off the event loop."""
        return await self._tokenizing.run(split_long_texts, texts, tokens, self.info.max_tokens, self._tokenize)

    async def probe(self) -> None:
        """Score an example, ahead of what waits.

        Raises:
            ProbeError: its scores have changed.
            Exception: whatever tokenising or scoring raised.
        """
        await self._probe.run()

    def give_up(self, reason: str) -> None:
        """Fail all who use the version, and all who will, as UNAVAILABLE; wait for none of its threads."""
        for thread in (self._tokenizing, self._scoring):
            thread.give_up(lambda: UnavailableError(reason))
        self._compilation.give_up()

    async def close(self) -> None:
        """Wait until nobody uses the version any more, then close it. Nobody may begin to use it meanwhile."""
        await self._unused.wait()
        await self.batcher.stop()
        await self._compilation.close()
        await self._scoring.close()
        await self._tokenizing.close()
        if not self._scoring.is_given_up:  # else a thread of it may still be at work
            await asyncio.to_thread(self._servable.close)

    def _tokenize(self, texts: Sequence[str]) -> Tokens:
        return self._servable.tokenize([text.encode() for text in texts])


class Lease:
    """A use of a version. A class, since a generator would take three times as long, for every call."""

    __slots__ = ("_model",)

    def __init__(self, model: ServedModel) -> None:
        self._model = model

    def __enter__(self) -> ServedModel:
        self._model.begin_use()
        return self._model

    def __exit__(self, *_: object) -> None:
        self._model.end_use()
