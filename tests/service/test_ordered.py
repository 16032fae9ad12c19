"""Answers in order, however the work on them overlaps."""

import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest

from service.servicers.ordered import in_order
from tests.service.fakes import settle


class Work:
    """Answers a number with itself once the test lets it; keeps what was begun and what was cancelled."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.cancelled: list[int] = []
        self._finished: dict[int, asyncio.Future[int]] = {}

    async def __call__(self, number: int) -> int:
        self.begun.append(number)
        try:
            return await self.outcome(number)
        except asyncio.CancelledError:
            self.cancelled.append(number)
            raise

    def outcome(self, number: int) -> asyncio.Future[int]:
        return self._finished.setdefault(number, asyncio.get_running_loop().create_future())

    def finish(self, *numbers: int) -> None:
        for number in numbers:
            self.outcome(number).set_result(number)


async def numbers(values: Iterable[int], error: Exception | None = None) -> AsyncIterator[int]:
    for value in values:
        yield value
    if error is not None:
        raise error


async def collect(answers: AsyncIterator[int], into: list[int]) -> None:
    async for answer in answers:
        into.append(answer)


async def test_answers_come_in_the_order_of_the_requests() -> None:
    work, answers = Work(), list[int]()
    collecting = asyncio.create_task(collect(in_order(numbers(range(3)), work, 3), answers))
    await settle()
    work.finish(2, 1)
    await settle()
    assert answers == []
    work.finish(0)
    await collecting
    assert answers == [0, 1, 2]


async def test_no_more_than_the_window_is_begun() -> None:
    work, answers = Work(), list[int]()
    collecting = asyncio.create_task(collect(in_order(numbers(range(9)), work, 2), answers))
    await settle()
    assert work.begun == [0, 1]
    work.finish(1)
    await settle()
    assert work.begun == [0, 1]
    work.finish(0)
    await settle()
    assert work.begun == [0, 1, 2, 3]
    work.finish(*range(2, 9))
    await collecting
    assert answers == list(range(9))


async def test_first_failure_is_raised_after_the_answers_before_it_and_cancels_those_after() -> None:
    work, answers = Work(), list[int]()
    collecting = asyncio.create_task(collect(in_order(numbers(range(4)), work, 4), answers))
    await settle()
    work.outcome(1).set_exception(ValueError("one"))
    work.finish(2)
    await settle()
    assert not collecting.done()
    work.finish(0)
    with pytest.raises(ValueError, match="one"):
        await collecting
    assert answers == [0]
    assert work.cancelled == [3]


async def test_failure_of_the_requests_is_raised_after_all_answers() -> None:
    work, answers = Work(), list[int]()
    collecting = asyncio.create_task(collect(in_order(numbers([0, 1], ValueError("torn")), work, 4), answers))
    await settle()
    work.finish(0, 1)
    with pytest.raises(ValueError, match="torn"):
        await collecting
    assert answers == [0, 1]


async def test_cancelled_reader_cancels_all_work() -> None:
    work = Work()
    collecting = asyncio.create_task(collect(in_order(numbers(range(3)), work, 3), []))
    await settle()
    collecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await collecting
    await settle()
    assert sorted(work.cancelled) == [0, 1, 2]
