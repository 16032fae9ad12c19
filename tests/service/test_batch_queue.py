import asyncio
from collections.abc import Iterator, Sequence

import pytest

from service.batch_queue import BatchQueue, PendingCall, bucket_width
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

    def add(self, name: str, *widths: int) -> None:
        tokens = tokens_of(*([1] * width for width in widths))
        self.calls[name] = PendingCall(tokens, None, 0.0, self._loop.create_future())
        self.queue.add(self.calls[name])

    def take(self, max_tokens: int = 10_000) -> list[tuple[str, Sequence[int]]]:
        names = {id(call): name for name, call in self.calls.items()}
        return [(names[id(portion.call)], portion.indices) for portion in self.queue.take(max_tokens)]


@pytest.mark.parametrize(("tokens", "width"), [(0, 8), (1, 8), (8, 8), (9, 16), (16, 16), (17, 32), (256, 256)])
def test_bucket_holds_widths_up_to_a_power_of_two(tokens: int, width: int) -> None:
    assert bucket_width(tokens) == width


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
