"""What is run: which network learns which task, and how it is taught."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.memory.tasks import MemoryTask, marked, order, recall

DISTANCES = (10, 30, 100, 300, 1000)
MARK_DISTANCES = (1, 2, 4, 8)
LENGTHS = (10, 30, 100)
TIMED_TOKENS = (16, 64, 256, 1024)
TIMED = ["elman", "jordan", "gru", "lstm", "bidirectional_elman", "bidirectional_lstm", "transformer"]


@dataclass(frozen=True)
class Lesson:
    """How a network is taught a task: steps at most, texts a step, peak of the learning rate."""

    steps: int
    batch: int
    learning_rate: float


@dataclass(frozen=True)
class Course:
    """One network and the tasks that it learns.

    Attributes:
        experiment: `recall`, `context` or `order`.
        name: what it is called in tables and plots.
        tasks: by what makes them harder: distance or tokens.
        lesson: how the first task is taught.
        next_lesson: how the others are, each to the network as the task before left it; if None, afresh by `lesson`.
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
    lesson, next_lesson = Lesson(800, 32, 1e-2), Lesson(300, 32, 3e-3)
    first = {distance: recall(distance) for distance in DISTANCES}
    middle = {distance: recall(distance, in_the_middle=True) for distance in DISTANCES}
    nets = {"Elman": "elman", "Jordan": "jordan", "LSTM": "lstm", "GRU": "gru", "Transformer": "transformer"}
    for name, architecture in nets.items():
        yield Course("recall", name, first, lesson, {"architecture": architecture}, next_lesson)
    both = {"architecture": "bidirectional_elman", "units": 16}
    yield Course("recall", "Bi-RNN", first, lesson, both, next_lesson)
    yield Course("recall", "Bi-RNN, asked for the middle", middle, lesson, both, next_lesson)


def _context() -> Iterator[Course]:
    lesson, next_lesson = Lesson(500, 64, 1e-2), Lesson(400, 64, 1e-2)
    right = {distance: marked(distance) for distance in MARK_DISTANCES}
    left = {distance: marked(distance, mark_to_the_right=False) for distance in MARK_DISTANCES}
    one, two = {"architecture": "gru", "units": 32}, {"architecture": "bidirectional_gru", "units": 16}
    yield Course("context", "two directions, mark to the right", right, lesson, two, next_lesson)
    yield Course("context", "one direction, mark to the right", right, lesson, one, next_lesson)
    yield Course("context", "one direction, mark to the left", left, lesson, one, next_lesson)


def _order() -> Iterator[Course]:
    lesson = Lesson(800, 64, 3e-3)
    tasks = {tokens: order(tokens) for tokens in LENGTHS}
    for positions in ("sinusoidal", "learned", "none"):
        settings = {"architecture": "transformer", "pooling": "max_mean", "positions": positions}
        yield Course("order", f"{positions} positions".replace("none", "no"), tasks, lesson, settings)
