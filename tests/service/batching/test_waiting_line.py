import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batching.pending_call import PendingCall
from service.batching.waiting_line import SPARE, WaitingLine, WaitingText
from tests.service.fakes import tokens_of


@pytest.fixture(scope="module")
def call() -> Iterator[PendingCall]:
    loop = asyncio.new_event_loop()
    yield PendingCall(tokens_of([1]), None, 0.0, loop.create_future())
    loop.close()


def add(line: WaitingLine, call: PendingCall, number: int, due_at: float) -> None:
    line.add(WaitingText(due_at, number, call, 0))


Step = st.one_of(
    st.tuples(st.just("add"), st.integers(0, 5)),
    st.tuples(st.just("advance"), st.integers(0, 3)),
    st.tuples(st.just("take"), st.integers(0, 3)),
    st.tuples(st.just("discard"), st.integers(0, 30)),
)


@given(steps=st.lists(Step, max_size=60))
def test_line_does_what_a_sorted_list_does(call: PendingCall, steps: list[tuple[str, int]]) -> None:
    line, model, now = WaitingLine(), [], 0
    for number, (step, value) in enumerate(steps):
        if step == "add":
            add(line, call, number, now + value)
            model = sorted([*model, (now + value, number)])
        elif step == "advance":
            now += value
            line.advance(now)
        elif step == "take":
            assert [text.number for text in line.take(value)] == [number for _, number in model[:value]]
            model = model[value:]
        else:
            line.discard(value)
            model = [text for text in model if text[1] != value]
        assert len(line) == len(model)
        assert not model or line.first().number == model[0][1]
        for later in range(4):
            assert line.count_due(now + later) == sum(due_at <= now + later for due_at, _ in model)


def test_discarded_texts_do_not_fill_the_memory(call: PendingCall) -> None:
    line = WaitingLine()
    for number in range(10 * SPARE):
        add(line, call, number, due_at=1000)
        line.discard(number)
    assert len(line._later) <= SPARE + 1
