"""What calls return: plain frozen dataclasses and enumerations, free of protobuf."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class OnTooLong(StrEnum):
    """What the server does with a text of more than the model's max_tokens tokens."""

    TRUNCATE = "TRUNCATE"
    """Score the first max_tokens tokens; the result says so."""
    REJECT = "REJECT"
    """Fail the call with InvalidArgumentError."""
    CHUNK = "CHUNK"
    """Score pieces that fit, return their mean weighted by tokens."""


class Priority(StrEnum):
    """Who goes first when not all can."""

    NORMAL = "NORMAL"
    BULK = "BULK"


class Task(StrEnum):
    """How the scores of a model relate to one another."""

    UNKNOWN = "UNKNOWN"
    """The server named a task that this client does not know."""
    MULTI_CLASS = "MULTI_CLASS"
    """Exactly one label a text; scores sum to one."""
    MULTI_LABEL = "MULTI_LABEL"
    """Any number of labels a text; scores are independent."""


class Encoding(StrEnum):
    """How tokens enter the network."""

    UNKNOWN = "UNKNOWN"
    """The server named an encoding that this client does not know."""
    ONE_HOT = "ONE_HOT"
    EMBEDDING = "EMBEDDING"


class ModelState(StrEnum):
    """Where a version is in its life on the server."""

    UNKNOWN = "UNKNOWN"
    """The server named a state that this client does not know."""
    LOADING = "LOADING"
    AVAILABLE = "AVAILABLE"
    UNLOADING = "UNLOADING"
    FAILED = "FAILED"


class ServingStatus(StrEnum):
    """The answer of the standard health protocol."""

    UNKNOWN = "UNKNOWN"
    SERVING = "SERVING"
    NOT_SERVING = "NOT_SERVING"
    SERVICE_UNKNOWN = "SERVICE_UNKNOWN"


@dataclass(frozen=True, slots=True)
class LabelScore:
    """A label of the model and how probable it is.

    Attributes:
        label: its name.
        score: calibrated probability, between 0 and 1.
        predicted: whether the label is part of the answer: the best of all (multi-class), or its score reaches the
            label's threshold (multi-label).
    """

    label: str
    score: float
    predicted: bool


@dataclass(frozen=True, slots=True)
class TextResult:
    """The answer for one text.

    Attributes:
        text: as it was sent.
        labels: best score first; cut by `top_k` and `min_score`.
        token_count: tokens of the whole text, before any truncation.
        unknown_token_count: those scored tokens that the model's vocabulary lacks.
        truncated: whether tokens beyond the model's max_tokens were left out.
    """

    text: str
    labels: tuple[LabelScore, ...]
    token_count: int
    unknown_token_count: int
    truncated: bool

    @property
    def predicted(self) -> tuple[str, ...]:
        """The names of the predicted labels among `labels`; may be empty for a multi-label model."""
        return tuple(score.label for score in self.labels if score.predicted)


@dataclass(frozen=True, slots=True)
class Timing:
    """Where the server's time for a call went.

    Attributes:
        total_us: microseconds from the request's arrival to its answer.
        tokenize_us: of them, turning texts into tokens.
        queue_us: of them, the longest wait of any of the texts.
        compute_us: of them, the longest forward pass that any of the texts took part in.
        batch_size: texts in that forward pass, those of other callers included.
    """

    total_us: int
    tokenize_us: int
    queue_us: int
    compute_us: int
    batch_size: int


@dataclass(frozen=True, slots=True)
class Classification:
    """The answer of a call: a sequence of one result a text, in order.

    Attributes:
        model: name of the model that answered.
        version: its version.
        results: one a text, in the order of the texts.
        timing: where the server's time went.
    """

    model: str
    version: int
    results: tuple[TextResult, ...]
    timing: Timing

    def __len__(self) -> int:
        return len(self.results)

    def __iter__(self) -> Iterator[TextResult]:
        return iter(self.results)

    def __getitem__(self, index: int) -> TextResult:
        return self.results[index]


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """How one version fares on the server.

    Attributes:
        name: of the model.
        version: of the model.
        state: LOADING, AVAILABLE, UNLOADING or FAILED.
        reason: why it is FAILED; empty otherwise.
        version_labels: names such as "stable" that point at this version.
    """

    name: str
    version: int
    state: ModelState
    reason: str = ""
    version_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a model; `threshold` is the score from which a multi-label model predicts it (0 for multi-class)."""

    name: str
    threshold: float


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a version says of itself.

    Attributes:
        name: of the model.
        version: of the model.
        task: multi-class or multi-label.
        labels: in the model's order.
        encoding: how tokens enter the network.
        architecture: such as "lstm".
        max_tokens: longer texts are cut, rejected or chunked, see `OnTooLong`.
        vocabulary_size: rows of the vocabulary, padding and unknown included.
        test_metrics: measured on the test part, where there was one: name to value.
        created_at: when it was trained, in UTC; None where the version does not say.
    """

    name: str
    version: int
    task: Task
    labels: tuple[Label, ...]
    encoding: Encoding
    architecture: str
    max_tokens: int
    vocabulary_size: int
    test_metrics: Mapping[str, float]
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shadow:
    """The version, by number or label, that is shown copies of calls, which share of them, and what came of it.

    Attributes:
        target: a version or a version label.
        share: of the calls that other versions of the model answer; above 0 and up to 1.
        compared_texts: texts that both versions scored.
        disagreeing_texts: those of them with another best label.
        dropped_calls: copies that the server had no time for.
        failed_calls: copies that could not be scored.
    """

    target: int | str
    share: float
    compared_texts: int = 0
    disagreeing_texts: int = 0
    dropped_calls: int = 0
    failed_calls: int = 0


@dataclass(frozen=True, slots=True)
class Traffic:
    """Which versions of a model answer whom.

    Attributes:
        split: weights, by version or version label, of those who answer calls that name neither; empty for the newest
            version in service.
        shadow: who is shown copies of calls; None for nobody.
    """

    split: Mapping[int | str, float] = field(default_factory=dict)
    shadow: Shadow | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """One version that is being served: how it fares, what it says of itself, and who answers whom of its model."""

    status: ModelStatus
    info: ModelInfo
    traffic: Traffic = field(default_factory=Traffic)
