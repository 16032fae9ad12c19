import asyncio

import numpy as np

from service.compilation.buckets import Bucket
from service.compilation.compilation import Compilation
from service.limits import CompilationConfig
from service.servable import Score
from service.types import ModelSpec
from tests.service.fakes import Clock, Gate, TimedServable, expected_scores, tokens_of


class GatedServable(TimedServable):
    """Is compiled when the test lets it be."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.compiler_gate = Gate(closed=True)

    def compile(self, texts: int, tokens: int) -> Score:
        self.compiler_gate.pass_through()
        return super().compile(texts, tokens)


def make(servable: TimedServable, clock: Clock, seconds: float) -> Compilation:
    config = CompilationConfig(seconds=seconds, wanted_batches=2)
    return Compilation(ModelSpec("numbers", 1), servable, 64, config, clock)


async def score(compilation: Compilation, *ids: list[int]) -> None:
    scores = await asyncio.to_thread(compilation.score, tokens_of(*ids))
    np.testing.assert_array_equal(scores, np.array([expected_scores(row) for row in ids], np.float32))


async def test_plain_graph_answers_while_a_shape_in_demand_is_compiled_beside_it() -> None:
    clock = Clock()
    servable = GatedServable(clock)
    compilation = make(servable, clock, seconds=1)
    for _ in range(2):
        await score(compilation, [1] * 7, [2] * 8)
    await servable.compiler_gate.arrival()
    await score(compilation, [1] * 7, [2] * 8)
    assert servable.plain == [(2, 8)] * 3
    servable.compiler_gate.open()
    await compilation.close()  # returns when what has begun is done
    servable.plain.clear()
    await score(compilation, [1] * 7, [2] * 8)
    assert servable.plain == []


async def test_shapes_are_compiled_ahead_within_the_time() -> None:
    clock = Clock()
    servable = TimedServable(clock)
    compilation = make(servable, clock, seconds=20)
    await compilation.prepare([], lambda: True)
    assert 20 <= clock.now - 100 < 60
    servable.plain.clear()
    await score(compilation, [1] * 8)
    assert servable.plain == []
    await compilation.close()


async def test_shapes_of_usual_texts_are_compiled_before_smaller_ones() -> None:
    clock = Clock()
    servable = TimedServable(clock)
    servable.info.token_quantiles.extend([8, 60, 60, 60, 64])
    compilation = make(servable, clock, seconds=1)
    await compilation.prepare([], lambda: True)
    assert compilation.buckets[0] == Bucket(1, 64)
    await compilation.close()


async def test_nothing_is_ever_compiled_where_that_is_turned_off() -> None:
    clock = Clock()
    servable = TimedServable(clock)
    compilation = make(servable, clock, seconds=0)
    await compilation.prepare([], lambda: True)
    for _ in range(3):
        await score(compilation, [1] * 8)
    assert servable.plain == [(1, 8)] * 3
    assert clock.now == 109
    await compilation.close()
