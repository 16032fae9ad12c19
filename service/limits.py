"""The bounds that keep one caller, or all of them together, from exhausting the process."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call, and all calls together, may ask for.

    Attributes:
        max_texts: texts in one call.
        max_characters: Unicode code points in one text.
        max_in_flight: calls being answered at once, over all models.
    """

    max_texts: int = 1024
    max_characters: int = 100_000
    max_in_flight: int = 1000


@dataclass(frozen=True, slots=True)
class BatchingConfig:
    """How the texts of many callers share forward passes; every loaded version has a batcher of its own.

    Attributes:
        max_queue_texts: texts that may wait for one version; a call that finds no room is refused at once. A single
            call's texts (the pieces of its texts, when they are chunked) must fit too.
        max_batch_tokens: padded tokens (texts times width) in one forward pass. More fill the processor better, fewer
            give waiting callers their turn sooner.
        max_wait_seconds: for how long a text may wait for others although the processor is free.
        max_queue_seconds: a call that would wait for longer, by what passes took so far, is refused; 0 is no bound.
    """

    max_queue_texts: int = 4096
    max_batch_tokens: int = 8192
    max_wait_seconds: float = 0.0
    max_queue_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class CompilationConfig:
    """How much is spent on compiling a version for the shapes of its batches.

    Attributes:
        seconds: spent before the version is put into service; a compilation that has begun is finished.
        max_executables: shapes a version, which bounds their memory and what compiling takes from the traffic.
        wanted_batches: batches of one shape that the plain graph answers before the shape is compiled beside it.
    """

    seconds: float = 1.0
    max_executables: int = 64
    wanted_batches: int = 8
