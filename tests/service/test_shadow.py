"""A version that is shown copies of calls: compared, counted, and never in anybody's way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from service.batching.batcher import ScoredCall
from service.core import ServerCore
from service.errors import InternalError
from service.limits import Limits
from service.models.manager import ModelManager
from service.models.repository import Repository
from service.response_cache import ResponseCache
from service.shadow import MOST_COPIES, MOST_TEXTS
from service.tokenizing.tokens import Tokens
from service.types import Caller, Classification, ClassifyQuery, ModelSpec, OnTooLong, Priority, ShadowCounts
from service.versioning.settings import Versioning, parse_policies
from service.versioning.traffic import Shadow, Traffic
from tests.service.fakes import POISON, FakeServable, Gate, settle


class Contrary(FakeServable):
    """Prefers the other label, but for texts that begin with 7; its labels are in another order."""

    def __init__(self) -> None:
        super().__init__()
        del self.info.labels[:]
        self.info.labels.add(name="b")
        self.info.labels.add(name="a")

    def score(self, tokens: Tokens) -> npt.NDArray[np.float32]:
        scores = super().score(tokens)
        agrees = tokens.token_ids[:, :1] == 7
        return np.where(agrees, scores[:, ::-1], scores)


class Broken(FakeServable):
    """Cannot score, or not even tokenise."""

    def __init__(self, tokenizes: bool) -> None:
        super().__init__()
        self.tokenizes = tokenizes

    def tokenize(self, texts: list[bytes]) -> Tokens:
        return super().tokenize(texts if self.tokenizes else [b"", *b"x"])  # type: ignore[list-item]

    def score(self, tokens: Tokens) -> npt.NDArray[np.float32]:
        raise RuntimeError("out of order")


@dataclass
class Stage:
    """Version 1 answers, version 2 is shown copies."""

    core: ServerCore
    manager: ModelManager
    live: FakeServable
    shadow: FakeServable

    async def ask(self, *texts: str, version: int = 1, **options: object) -> Classification:
        query = ClassifyQuery(ModelSpec("a", version), texts, **options)  # type: ignore[arg-type]
        return await self.core.classify(query)

    async def counts(self) -> ShadowCounts:
        """Once the copies that wait have been scored."""
        while (worker := self.core._shadow._worker) is not None and not worker.done():
            await worker
        return self.core._shadow.counts("a")


MakeStage = Callable[..., Awaitable[Stage]]


@pytest.fixture
async def make_stage(tmp_path: Path) -> AsyncIterator[MakeStage]:
    managers: list[ModelManager] = []

    async def make(share: float = 1, shadow: FakeServable | None = None) -> Stage:
        servables = {"1": FakeServable(), "2": shadow or Contrary()}
        for version in servables:
            (tmp_path / "a" / version).mkdir(parents=True)
        versioning = Versioning(parse_policies("all"))
        manager = ModelManager(Repository(tmp_path), lambda directory: servables[directory.name], versioning)
        await manager.refresh()
        managers.append(manager)
        manager.admin.set_traffic("a", Traffic(shadow=Shadow(2, share)))
        return Stage(ServerCore(manager, Limits()), manager, servables["1"], servables["2"])

    yield make
    for manager in managers:
        await manager.stop()


async def test_texts_with_another_best_label_are_counted_and_answers_stay_as_they_are(
    make_stage: MakeStage,
) -> None:
    stage = await make_stage()
    answer = await stage.ask("7 100", "100", "7", "900")
    assert [result.labels[0].label for result in answer.results] == ["a", "a", "a", "b"]
    assert answer.spec.version == 1
    assert await stage.counts() == ShadowCounts(compared_calls=1, compared_texts=4, disagreeing_texts=2)


async def test_share_of_the_calls_is_copied(make_stage: MakeStage) -> None:
    stage = await make_stage(share=0.25)
    points = iter([0.0, 0.24, 0.25, 0.9])
    stage.core._shadow._draw = lambda: next(points)
    for _ in range(4):
        await stage.ask("1")
    assert (await stage.counts()).compared_calls == 2


async def test_what_the_shadow_answers_itself_is_not_copied(make_stage: MakeStage) -> None:
    stage = await make_stage()
    await stage.ask("1", version=2)
    assert await stage.counts() == ShadowCounts()


async def test_answer_does_not_wait_for_the_copy(make_stage: MakeStage) -> None:
    stage = await make_stage(shadow=FakeServable(gate=Gate(closed=True)))
    assert (await stage.ask("1")).results
    await stage.shadow.gate.arrival()
    assert (await stage.ask("2")).results
    stage.shadow.gate.open()
    assert (await stage.counts()).compared_calls == 2


@pytest.mark.parametrize("tokenizes", [True, False])
async def test_failing_copy_fails_nobody(
    make_stage: MakeStage, caplog: pytest.LogCaptureFixture, tokenizes: bool
) -> None:
    stage = await make_stage(shadow=Broken(tokenizes))
    assert (await stage.ask("1")).results
    assert (await stage.counts()).failed_calls == 1
    assert "1 copies could not be scored" in caplog.text


async def test_call_that_fails_is_not_copied(make_stage: MakeStage) -> None:
    stage = await make_stage()
    with pytest.raises(InternalError):
        await stage.ask(str(POISON))
    assert await stage.counts() == ShadowCounts()


async def test_copies_wait_while_any_version_scores_and_the_latest_are_dropped(make_stage: MakeStage) -> None:
    stage = await make_stage()
    stage.live.gate.close()
    held = [asyncio.create_task(stage.ask("1"))]
    await stage.live.gate.arrival()
    query = ClassifyQuery(ModelSpec("a", 1), ("1",))
    with stage.manager.acquire(query.spec) as model:
        for _ in range(MOST_COPIES + 3):
            stage.core._shadow.offer(query, model, np.array([[0.75, 0.25]], np.float32))
    stage.core._shadow.go_on()
    await settle()
    assert stage.shadow.scored == []
    stage.live.gate.open()
    await asyncio.gather(*held)
    counts = await stage.counts()
    assert (counts.compared_calls, counts.dropped_calls) == (MOST_COPIES, 4)


async def test_large_calls_are_copied_in_part_and_huge_texts_not_at_all(make_stage: MakeStage) -> None:
    stage = await make_stage()
    await stage.ask(*["1"] * (MOST_TEXTS + 1))
    assert (await stage.counts()).compared_texts == MOST_TEXTS
    await stage.ask(*["1 " * 40_000] * 20)
    counts = await stage.counts()
    assert (counts.compared_texts, counts.dropped_calls) == (MOST_TEXTS, 1)


async def test_long_texts_are_cut_for_a_shadow_that_reads_less(make_stage: MakeStage) -> None:
    stage = await make_stage(shadow=FakeServable(max_tokens=2))
    await stage.ask("1 2 3 4", on_too_long=OnTooLong.REJECT)
    assert (await stage.counts()).compared_texts == 1


async def test_counts_begin_anew_with_another_shadow(make_stage: MakeStage) -> None:
    stage = await make_stage()
    await stage.ask("1")
    assert (await stage.counts()).compared_calls == 1
    stage.manager.admin.set_traffic("a", Traffic(shadow=Shadow(2, 0.5)))
    assert await stage.counts() == ShadowCounts()


async def test_disagreement_is_logged_now_and_then(make_stage: MakeStage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    stage = await make_stage()
    for _ in range(5):
        await stage.ask("1")
        await stage.counts()
    lines = [record.message for record in caplog.records if "another best label" in record.message]
    assert [line.partition(" for ")[2][:6] for line in lines] == ["1 of 1", "2 of 2", "4 of 4"]


async def test_copies_are_bulk_and_leave_the_cache_to_those_who_are_answered(
    make_stage: MakeStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = await make_stage()
    cache = ResponseCache(2**20)
    stage.core = ServerCore(stage.manager, Limits(), cache=cache)
    callers: list[Caller] = []
    with stage.manager.acquire(ModelSpec("a", 2)) as model:
        accept = model.batcher.score

        async def score(tokens: Tokens, deadline: float | None, caller: Caller) -> ScoredCall:
            callers.append(caller)
            return await accept(tokens, deadline, caller)

        monkeypatch.setattr(model.batcher, "score", score)
        await stage.ask("1", caller=Caller("me", Priority.NORMAL))
        assert (await stage.counts()).compared_texts == 1
        assert callers == [Caller("", Priority.BULK)]
        await stage.ask("1", version=2)
        assert len(stage.shadow.scored) == 2  # what was found for the copy was not kept
