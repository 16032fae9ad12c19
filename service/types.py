"""The nouns that pass between transport, core, manager, batcher and backend. No gRPC, no TensorFlow."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """Which model and version a call means; at most one of `version` and `version_label` is given.

    Calls without either that have the same `routing_key` get the same version.
    """

    name: str = ""
    version: int | None = None
    version_label: str | None = None
    routing_key: str = ""


class OnTooLong(Enum):
    """What to do with a text of more than max_tokens tokens."""

    TRUNCATE = "truncate"
    REJECT = "reject"
    CHUNK = "chunk"


class Priority(Enum):
    """Who goes first when not all can."""

    NORMAL = "normal"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf texts are scored, and how urgently.

    Attributes:
        client: as far as it is known; "" is nobody in particular, who is never held to a share.
        priority: of the call.
    """

    client: str = ""
    priority: Priority = Priority.NORMAL


@dataclass(frozen=True, slots=True)
class ClassifyQuery:
    """A request to classify, as the core sees it."""

    spec: ModelSpec
    texts: tuple[str, ...]
    top_k: int = 0
    min_score: float = 0.0
    on_too_long: OnTooLong = OnTooLong.TRUNCATE
    explain: bool = False
    caller: Caller = Caller()


class LabelScore(NamedTuple):
    """A label, its calibrated probability, and whether it is part of the answer. A tuple: calls make dozens of them."""

    label: str
    score: float
    predicted: bool


class TextResult(NamedTuple):
    """The answer for one text."""

    labels: tuple[LabelScore, ...]
    token_count: int
    unknown_token_count: int
    truncated: bool


@dataclass(frozen=True, slots=True)
class Timing:
    """Where the time of a call went, in microseconds, and the texts in its forward pass."""

    total_us: int
    tokenize_us: int
    queue_us: int
    compute_us: int
    batch_size: int


@dataclass(frozen=True, slots=True)
class Classification:
    """The answer of a call."""

    spec: ModelSpec
    results: tuple[TextResult, ...]
    timing: Timing


class ModelState(Enum):
    """Where a version is in its life."""

    LOADING = "loading"
    AVAILABLE = "available"
    UNLOADING = "unloading"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """How one version fares; `reason` says why it failed."""

    name: str
    version: int
    state: ModelState
    reason: str = ""
    version_labels: tuple[str, ...] = ()


@dataclass(slots=True)
class ShadowCounts:
    """What came of the copies that a shadow was shown; see `textgate.v1.ShadowTraffic`."""

    compared_calls: int = 0
    compared_texts: int = 0
    disagreeing_texts: int = 0
    dropped_calls: int = 0
    failed_calls: int = 0
