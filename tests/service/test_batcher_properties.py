import asyncio

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from service.batcher import Batcher, ScoredCall
from service.errors import DeadlineExceededError, InternalError, ResourceExhaustedError
from service.limits import BatchingConfig
from service.types import Tokens
from tests.service.fakes import POISON, Clock, DrivenThread, expected_scores, fake_scores, settle, tokens_of

MAX_QUEUE = 12

texts = st.lists(
    st.lists(st.integers(1, 50), max_size=20).flatmap(
        lambda ids: st.sampled_from([ids, ids, ids, [POISON, *ids]])  # one text in four is guilty
    ),
    min_size=1,
    max_size=8,
)


class Call:
    """What a caller asked for, and what came of it."""

    def __init__(self, ids: list[list[int]], deadline: float | None, task: asyncio.Task[ScoredCall]) -> None:
        self.ids = ids
        self.deadline = deadline
        self.task = task
        self.was_cancelled = False

    @property
    def is_guilty(self) -> bool:
        return any(row[:1] == [POISON] for row in self.ids)


class BatcherMachine(RuleBasedStateMachine):
    """Random calls, cancellations, expiries and failures: each caller gets its own scores, or its own error, once."""

    calls = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.clock = Clock()
        self.thread = DrivenThread()
        self.all_calls: list[Call] = []
        self.batcher = Batcher(
            self._score, self.thread, BatchingConfig(max_queue_texts=MAX_QUEUE, max_batch_tokens=32), self.clock
        )

    def _score(self, tokens: Tokens) -> np.ndarray:
        assert tokens.token_ids.shape[0] * tokens.token_ids.shape[1] <= 32 or len(tokens.length) == 1
        return fake_scores(tokens)

    def _settle(self) -> None:
        self.loop.run_until_complete(settle())

    @rule(target=calls, ids=texts, patience=st.none() | st.integers(1, 3))
    def submit(self, ids: list[list[int]], patience: int | None) -> Call:
        deadline = None if patience is None else self.clock.now + patience
        task = self.loop.create_task(self.batcher.score(tokens_of(*ids), deadline))
        call = Call(ids, deadline, task)
        self.all_calls.append(call)
        self._settle()
        return call

    @rule(call=consumes(calls))
    def cancel(self, call: Call) -> None:
        call.was_cancelled = not call.task.done()
        call.task.cancel()
        self._settle()

    @rule()
    def let_time_pass(self) -> None:
        self.clock.now += 1

    @rule()
    def finish_batch(self) -> None:
        if self.thread.waiting:
            self.thread.finish()
            self._settle()

    @invariant()
    def queue_is_bounded(self) -> None:
        assert 0 <= len(self.batcher._queue) <= MAX_QUEUE

    @invariant()
    def thread_works_while_texts_wait(self) -> None:
        assert self.thread.waiting is not None or not len(self.batcher._queue)

    def teardown(self) -> None:
        while self.thread.waiting:
            self.finish_batch()
        assert len(self.batcher._queue) == 0
        for call in self.all_calls:
            self._check(call)
        self.loop.run_until_complete(self.batcher.stop())
        self.loop.close()

    def _check(self, call: Call) -> None:
        assert call.task.done(), "a caller was left waiting"
        if call.was_cancelled:
            assert call.task.cancelled()
            return
        error = call.task.exception()
        if error is None:
            assert not call.is_guilty
            expected = np.array([expected_scores(row) for row in call.ids], np.float32)
            np.testing.assert_array_equal(call.task.result().scores, expected)
        elif isinstance(error, InternalError):
            assert call.is_guilty
        elif isinstance(error, DeadlineExceededError):
            assert call.deadline is not None
            assert call.deadline <= self.clock.now
        else:
            assert isinstance(error, ResourceExhaustedError)


BatcherMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestBatcher = BatcherMachine.TestCase
