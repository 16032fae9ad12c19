import asyncio
from collections.abc import Iterator, Sequence

import pytest

from service.batching.batch_queue import BatchQueue
from service.batching.pending_call import PendingCall
from tests.service.fakes import tokens_of


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture
def queue(loop: asyncio.AbstractEventLoop) -> "Queue":
    return Queue(loop)


class Queue:
    """A queue whose calls are known by name."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.queue = BatchQueue()
        self.calls: dict[str, PendingCall] = {}
        self._loop = loop

    def add(self, name: str, *widths: int, now: float = 0.0, pace: float = 0.0) -> None:
        tokens = tokens_of(*([1] * width for width in widths))
        self.calls[name] = PendingCall(tokens, None, now, self._loop.create_future())
        self.queue.add(self.calls[name], [now + pace * index for index in range(len(widths))])

    def take(self, max_tokens: int = 10_000) -> list[tuple[str, Sequence[int]]]:
        names = {id(call): name for name, call in self.calls.items()}
        return [(names[id(portion.call)], portion.indices) for portion in self.queue.take(max_tokens)]


def test_empty_queue_gives_an_empty_batch(queue: Queue) -> None:
    assert queue.take() == []


def test_texts_of_one_width_are_taken_in_order_of_arrival(queue: Queue) -> None:
    queue.add("a", 3, 4)
    queue.add("b", 5)
    assert queue.take() == [("a", [0, 1]), ("b", [0])]
    assert len(queue.queue) == 0


def test_batch_stays_within_its_budget_of_padded_tokens(queue: Queue) -> None:
    queue.add("a", 8, 8, 8)
    queue.add("b", 8, 8)
    assert queue.take(max_tokens=32) == [("a", [0, 1, 2]), ("b", [0])]
    assert queue.take(max_tokens=32) == [("b", [1])]


def test_text_wider_than_the_budget_goes_alone(queue: Queue) -> None:
    queue.add("a", 100, 100)
    assert queue.take(max_tokens=32) == [("a", [0])]
    assert queue.take(max_tokens=32) == [("a", [1])]


def test_batch_is_filled_from_the_next_narrower_width_only(queue: Queue) -> None:
    queue.add("wide", 64)
    queue.add("narrower", 32)
    queue.add("narrow", 16)
    assert queue.take() == [("wide", [0]), ("narrower", [0])]
    assert queue.take() == [("narrow", [0])]


def test_oldest_text_is_in_the_next_batch_whatever_its_width(queue: Queue) -> None:
    queue.add("long", 200)
    for number in range(10):
        queue.add(f"short {number}", *[4] * 10)
    assert queue.take(max_tokens=64) == [("long", [0])]


def test_discarded_call_leaves_nothing_behind(queue: Queue) -> None:
    queue.add("a", 4, 40)
    queue.add("b", 4)
    queue.queue.discard(queue.calls["a"])
    queue.queue.discard(queue.calls["a"])  # a second time does no harm
    assert len(queue.queue) == 1
    assert queue.take() == [("b", [0])]
    assert list(queue.queue) == []


def test_call_taken_in_part_can_be_discarded(queue: Queue) -> None:
    queue.add("a", 8, 8, 8)
    queue.take(max_tokens=8)
    assert len(queue.queue) == 2
    queue.queue.discard(queue.calls["a"])
    assert len(queue.queue) == 0
    assert queue.take() == []


def test_waiting_calls_are_listed_oldest_first(queue: Queue) -> None:
    queue.add("a", 40)
    queue.add("b", 4)
    assert list(queue.queue) == [queue.calls["a"], queue.calls["b"]]


def test_call_of_many_texts_does_not_hold_up_a_call_of_one(queue: Queue) -> None:
    queue.add("many", *[8] * 100, pace=1)
    queue.take(max_tokens=32)
    queue.add("one", 8, now=4.5)
    assert queue.take(max_tokens=32) == [("many", [4, 5, 6]), ("one", [0])]


def test_call_of_many_texts_does_not_hold_up_a_call_of_another_width(queue: Queue) -> None:
    queue.add("many", *[8] * 100, pace=1)
    queue.add("wide", 100, now=0.5)
    queue.take(max_tokens=32)
    assert queue.take(max_tokens=32) == [("wide", [0])]


def test_text_that_is_due_is_not_overtaken_by_those_that_come_later(queue: Queue) -> None:
    queue.add("two", 8, 8, pace=3)
    queue.take(max_tokens=8)
    for number in range(1, 6):
        queue.add(str(number), 8, now=number)
    taken = [queue.take(max_tokens=8)[0][0] for _ in range(6)]
    assert taken == ["1", "2", "two", "3", "4", "5"]


def test_processor_is_not_idle_while_texts_wait_that_are_not_due(queue: Queue) -> None:
    queue.add("many", *[8] * 5, pace=1000)
    assert queue.take() == [("many", [0, 1, 2, 3, 4])]


def test_texts_are_counted_by_width(queue: Queue) -> None:
    queue.add("a", 3, 30, 20, 8)
    assert queue.queue.texts_by_width() == {8: 2, 32: 2}


def test_texts_that_are_due_are_counted_apart(queue: Queue) -> None:
    queue.add("a", 8, 8, 8, 30, pace=1)
    queue.add("b", 8, now=1.5)
    assert queue.queue.due_by_width(now=1.5, by=1.5) == {8: 3, 32: 0}
    assert queue.queue.due_by_width(now=1.5, by=3) == {8: 4, 32: 1}
    queue.take(max_tokens=16)
    assert queue.queue.due_by_width(now=1.75, by=1.75) == {8: 1, 32: 0}


@pytest.mark.parametrize(
    ("widths", "fills"), [([8, 8, 8], False), ([8, 8, 8, 8], True), ([30], True), ([16, 8], False)]
)
def test_queue_tells_whether_it_fills_a_batch(queue: Queue, widths: list[int], fills: bool) -> None:
    queue.add("a", *widths)
    assert queue.queue.fills(max_tokens=32) is fills


def test_discarded_texts_that_are_due_or_not_are_not_counted(queue: Queue) -> None:
    queue.add("a", 8, 8, 8, pace=1)
    queue.add("b", 8, now=1.5)
    queue.queue.discard(queue.calls["a"])
    assert queue.queue.due_by_width(now=2, by=9) == {8: 1}
