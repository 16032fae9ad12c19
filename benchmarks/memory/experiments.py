"""What is run: which network learns which task, and how it is taught."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.memory.tasks import MemoryTask, order, question, recall

DISTANCES = (10, 30, 100, 300, 1000)
KEYS = (2, 4, 8)
LENGTHS = (10, 30, 100)
TIMED_TOKENS = (16, 64, 256, 1024)
TIMED = ["elman", "jordan", "gru", "lstm", "bidirectional_elman", "bidirectional_lstm", "transformer"]


@dataclass(frozen=True)
class Lesson:
    """How a network is taught a task: steps at most, texts a step, peak of the learning rate."""

    steps: int
    batch: int = 32
    learning_rate: float = 5e-3


@dataclass(frozen=True)
class Course:
    """One network and the tasks that it learns.

    Attributes:
        experiment: `recall`, `context` or `order`.
        name: what it is called in tables and plots.
        tasks: by what makes them harder: distance, keys or tokens.
        lesson: how the first task is taught.
        next_lesson: how the others are, each to the network as the task before left it; afresh, like the first, if None.
        settings: of the network, beside those that all share.
    """

    experiment: str
    name: str
    tasks: dict[int, MemoryTask]
    lesson: Lesson
    settings: dict[str, object]
    next_lesson: Lesson | None = None


def courses() -> Iterator[Course]:
    """All of them, the quickest experiment first."""
    yield from _order()
    yield from _context()
    yield from _recall()


def _recall() -> Iterator[Course]:
    lesson, next_lesson = Lesson(steps=500), Lesson(steps=200)
    first = {distance: recall(distance) for distance in DISTANCES}
    middle = {distance: recall(distance, in_the_middle=True) for distance in DISTANCES}
    nets = {"Transformer": "transformer", "GRU": "gru", "Elman": "elman", "Jordan": "jordan", "LSTM": "lstm"}
    for name, architecture in nets.items():
        yield Course("recall", name, first, lesson, {"architecture": architecture}, next_lesson)
    both = {"architecture": "bidirectional_elman", "units": 16}
    yield Course("recall", "Bi-RNN", first, lesson, both, next_lesson)
    yield Course("recall", "Bi-RNN, asked for the middle", middle, lesson, both, next_lesson)


def _context() -> Iterator[Course]:
    lesson = Lesson(steps=1500, batch=64, learning_rate=1e-2)
    last = {keys: question(keys) for keys in KEYS}
    first = {keys: question(keys, asked_last=False) for keys in KEYS}
    one, two = {"architecture": "gru", "units": 32}, {"architecture": "bidirectional_gru", "units": 16}
    yield Course("context", "one direction, question last", last, lesson, one)
    yield Course("context", "two directions, question last", last, lesson, two)
    yield Course("context", "one direction, question first", first, lesson, one)


def _order() -> Iterator[Course]:
    lesson = Lesson(steps=800, batch=64, learning_rate=3e-3)
    tasks = {tokens: order(tokens) for tokens in LENGTHS}
    for positions in ("sinusoidal", "learned", "none"):
        settings = {"architecture": "transformer", "pooling": "max_mean", "positions": positions}
        yield Course("order", f"{positions} positions".replace("none", "no"), tasks, lesson, settings)
