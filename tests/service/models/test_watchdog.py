"""Versions that do not score any more are found, taken out of service at once, and loaded anew."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from service.core import ServerCore
from service.errors import UnavailableError
from service.health import health_of
from service.lifecycle import Phase
from service.limits import Limits
from service.models.recovery import MOST_RECOVERIES
from service.models.watchdog import Watchdog
from service.servable import ModelLoadError, Scores
from service.tokenizing.tokens import Tokens
from service.types import Classification, ClassifyQuery, ModelSpec
from tests.service.fakes import Clock, DrivenSleep, FakeServable, Gate, settle
from tests.service.models.house import House

LIMIT = 30.0


class Moody(FakeServable):
    """Scores as the test says: well, by raising, or something else than before."""

    def __init__(self) -> None:
        super().__init__()
        self.mood = "well"

    def score(self, tokens: Tokens) -> Scores:
        if self.mood == "raises":
            raise RuntimeError("the device is lost")
        scores = super().score(tokens)
        return np.full_like(scores, np.nan) if self.mood == "nan" else scores + (self.mood == "wrong")


class StuckTokenizer(FakeServable):
    """Tokenises when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.tokenizer_gate = Gate(closed=True)

    def tokenize(self, texts: list[bytes]) -> Tokens:
        self.tokenizer_gate.pass_through()
        return super().tokenize(texts)


@dataclass
class Post:
    """A model with a version in service, and the watchdog that looks at it."""

    house: House
    clock: Clock
    sleep: DrivenSleep
    watchdog: Watchdog
    gates: list[Gate]

    async def serve(self, servable: FakeServable) -> FakeServable:
        self.house.add("a/1", servable)
        await self.house.refresh()
        self.house.loader.answers["a/1"] = FakeServable()  # what will be loaded next
        return servable

    async def serve_stuck(self) -> FakeServable:
        self.gates.append(Gate(closed=True))
        return await self.serve(FakeServable(gate=self.gates[-1]))

    async def look(self) -> None:
        """Look, however long the passes take."""
        await self.watchdog.look()

    async def look_in_vain(self) -> None:
        """Look, and let the limit pass."""
        look = asyncio.create_task(self.watchdog.look())
        while not self.sleep.sleepers:
            await asyncio.sleep(0)
        await self.sleep.pass_time(LIMIT)
        await look

    async def recovered(self) -> None:
        await asyncio.gather(*self.house.manager._recovery._tasks)

    async def ask(self) -> Classification:
        return await ServerCore(self.house.manager, Limits()).classify(ClassifyQuery(ModelSpec("a"), ("250",)))

    @property
    def is_healthy(self) -> bool:
        return health_of(Phase.SERVING, self.house.manager.statuses())["a"]


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    clock = Clock()
    house, sleep = House(tmp_path, clock=clock), DrivenSleep(clock)
    post = Post(house, clock, sleep, house.manager.watchdog(LIMIT, sleep), [])
    yield post
    for gate in post.gates:
        gate.open()
    await house.manager.stop()


async def test_idle_version_that_scores_is_left_alone(post: Post) -> None:
    servable = await post.serve(FakeServable())
    for _ in range(3):
        await post.look()
    assert servable.tokenized == [[b"250"]] * 3  # the example of middling length
    assert len(servable.scored) == 3
    assert post.house.loader.loaded == ["a/1"]
    assert post.house.states == {"a/1": "AVAILABLE"}


async def test_version_that_has_scored_calls_is_not_tried(post: Post) -> None:
    servable = await post.serve(FakeServable())
    await post.ask()
    await post.look()
    assert len(servable.scored) == 1
    await post.look()
    assert len(servable.scored) == 2


async def test_stuck_version_is_not_serving_until_it_is_loaded_anew(post: Post) -> None:
    await post.serve_stuck()
    post.house.loader.gate.close()
    await post.look_in_vain()
    while post.house.states != {"a/1": "LOADING"}:
        assert not post.is_healthy
        await asyncio.sleep(0)
    with pytest.raises(UnavailableError, match="being loaded"):
        await post.ask()
    post.house.loader.gate.open()
    await post.recovered()
    assert post.is_healthy
    assert (await post.ask()).spec == ModelSpec("a", 1)
    assert post.house.loader.loaded == ["a/1", "a/1"]


async def test_reason_is_told_while_the_version_waits_to_be_loaded(post: Post) -> None:
    await post.serve_stuck()
    reasons: list[str] = []
    post.house.manager.subscribe(lambda status: reasons.append(status.reason))
    await post.look_in_vain()
    assert reasons[0] == "a forward pass has not ended within 30 s"
    await post.recovered()


async def test_pass_that_takes_less_than_the_limit_is_waited_for(post: Post) -> None:
    await post.serve_stuck()
    look = asyncio.create_task(post.watchdog.look())
    await post.gates[0].arrival()
    await post.sleep.pass_time(LIMIT - 1)
    assert not look.done()
    post.gates[0].open()
    await look
    assert post.house.states == {"a/1": "AVAILABLE"}


async def test_calls_that_wait_for_a_stuck_version_fail_at_once_as_unavailable(post: Post) -> None:
    await post.serve_stuck()
    calls = [asyncio.create_task(post.ask())]
    await post.gates[0].arrival()
    calls += [asyncio.create_task(post.ask()) for _ in range(3)]
    await post.look_in_vain()
    for failure in await asyncio.gather(*calls, return_exceptions=True):
        assert isinstance(failure, UnavailableError)
        assert "does not answer and is being replaced" in failure.message
    await post.recovered()
    assert (await post.ask()).results


async def test_busy_version_is_not_taken_for_stuck(post: Post) -> None:
    servable = await post.serve_stuck()
    call = asyncio.create_task(post.ask())
    await post.gates[0].arrival()
    look = asyncio.create_task(post.watchdog.look())
    await settle()
    post.gates[0].open()
    await call
    post.gates[0].close()  # the pass of the watchdog begins only now
    while len(servable.scored) < 2:
        await asyncio.sleep(0)
    await post.sleep.pass_time(LIMIT)
    await look
    assert post.house.states == {"a/1": "AVAILABLE"}


async def test_stuck_tokenizer_is_found_too(post: Post) -> None:
    servable = await post.serve(StuckTokenizer())
    assert isinstance(servable, StuckTokenizer)
    post.gates.append(servable.tokenizer_gate)
    call = asyncio.create_task(post.ask())
    await post.look_in_vain()
    with pytest.raises(UnavailableError):
        await call
    await post.recovered()
    assert (await post.ask()).results


async def test_dead_thread_is_found(post: Post) -> None:
    await post.serve(FakeServable())
    await post.ask()
    with post.house.manager.acquire(ModelSpec("a")) as model:
        model._scoring._jobs.put(None)  # ends it
    await post.look()  # sees that it has scored since
    await post.look_in_vain()
    await post.recovered()
    assert post.house.loader.loaded == ["a/1", "a/1"]
    assert (await post.ask()).results


@pytest.mark.parametrize(("mood", "reason"), [("raises", "device is lost"), ("wrong", "now scores"), ("nan", "nan")])
async def test_version_that_scores_an_example_otherwise_than_before_is_replaced(
    post: Post, mood: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    servable = await post.serve(Moody())
    assert isinstance(servable, Moody)
    await post.look()
    servable.mood = mood
    await post.look()
    await post.recovered()
    assert reason in caplog.text
    assert post.house.loader.loaded == ["a/1", "a/1"]
    assert post.is_healthy


async def test_next_older_version_takes_over_where_the_stuck_one_cannot_be_loaded_again(post: Post) -> None:
    await post.serve_stuck()
    post.house.add("a/2", FakeServable(gate=post.gates[0]))
    await post.house.refresh()
    await post.house.closing()
    post.house.loader.answers["a/2"] = ModelLoadError("no memory")
    await post.look_in_vain()
    await post.recovered()
    assert post.house.states == {"a/1": "AVAILABLE", "a/2": "FAILED"}
    assert (await post.ask()).spec.version == 1


async def test_version_that_gets_stuck_again_and_again_is_not_loaded_any_more(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    await post.serve_stuck()
    post.house.loader.answers["a/1"] = FakeServable(gate=post.gates[0])
    for _ in range(MOST_RECOVERIES + 1):
        assert post.is_healthy
        await post.look_in_vain()
        await post.recovered()
    assert not post.is_healthy
    assert post.house.states == {"a/1": "FAILED"}
    assert len(post.house.loader.loaded) == MOST_RECOVERIES + 1
    assert "restart the server" in caplog.text


async def test_version_that_did_well_for_an_hour_is_helped_again(post: Post) -> None:
    await post.serve_stuck()
    post.house.loader.answers["a/1"] = FakeServable(gate=post.gates[0])
    for _ in range(MOST_RECOVERIES + 1):
        await post.look_in_vain()
        await post.recovered()
        post.clock.now += 4000
    assert post.is_healthy


async def test_version_that_is_gone_from_the_disk_is_not_loaded_again(post: Post) -> None:
    await post.serve_stuck()
    post.house.add("b/1")
    post.house.remove("a/1")
    await post.look_in_vain()
    await post.recovered()
    assert "a/1" not in post.house.states
    assert post.house.loader.loaded == ["a/1"]


async def test_watch_looks_every_so_often_whatever_comes_of_it(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[float] = []

    async def look() -> None:
        looks.append(post.clock.now)
        raise RuntimeError("what a look")

    monkeypatch.setattr(post.watchdog, "look", look)
    began = post.clock.now
    watch = asyncio.create_task(post.watchdog.watch(10))
    await settle()
    for _ in range(3):
        await post.sleep.pass_time(10)
    watch.cancel()
    assert looks == [began + 10, began + 20, began + 30]
