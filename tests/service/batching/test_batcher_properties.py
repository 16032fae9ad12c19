import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from service.batching.batcher import Batcher, ScoredCall
from service.errors import DeadlineExceededError, InternalError, ResourceExhaustedError
from service.limits import BatchingConfig
from service.tokenizing.tokens import Tokens
from tests.service.fakes import Clock, DrivenSleep, DrivenThread, expected_scores, settle, tokens_of

MAX_QUEUE = 12

texts = st.lists(st.tuples(st.integers(1, 20), st.sampled_from([False, False, False, True])), min_size=1, max_size=8)
"""Width of each text, and whether it cannot be scored."""


class Call:
    """What a caller asked for, and what came of it."""

    def __init__(self, ids: list[list[int]], is_guilty: bool, deadline: float | None) -> None:
        self.ids = ids
        self.is_guilty = is_guilty
        self.deadline = deadline
        self.submitted_at = 0.0
        self.was_refused = False
        self.was_cancelled = False
        self.task: asyncio.Task[ScoredCall]

    @property
    def numbers(self) -> set[int]:
        """First tokens of its texts."""
        return {row[0] for row in self.ids}


class WatchedThread(DrivenThread):
    """Looks at every batch at the moment in which its computation begins."""

    def __init__(self, check: Callable[[Tokens], None]) -> None:
        super().__init__()
        self._check = check

    def run(self, function: Callable[..., Any], *arguments: Any) -> asyncio.Future[Any]:
        self._check(*arguments)
        return super().run(function, *arguments)


class BatcherMachine(RuleBasedStateMachine):
    """Random calls, cancellations, expiries and failures: each caller gets its own scores, or its own error, once.

    The model is what a caller may expect: no more is computed than is still wanted, nobody is left waiting, a call of
    one text that has waited longest is in the next batch, and the processor rests only while texts may wait for others.
    The first token of a text is a number of its own.
    """

    calls = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.clock = Clock()
        self.sleep = DrivenSleep(self.clock)
        self.thread = WatchedThread(self._check_batch)
        self.owners: dict[int, Call] = {}
        self.poison: set[int] = set()
        self.all_calls: list[Call] = []
        self.begun: set[int] = set()
        self.failed: set[int] = set()
        self.faults: list[str] = []

    @initialize(max_wait=st.sampled_from([0, 0, 2]), max_queue_seconds=st.sampled_from([0, 0, 5]))
    def start(self, max_wait: float, max_queue_seconds: float) -> None:
        config = BatchingConfig(
            max_queue_texts=MAX_QUEUE,
            max_batch_tokens=32,
            max_wait_seconds=max_wait,
            max_queue_seconds=max_queue_seconds,
        )
        self.max_wait = max_wait
        self.batcher = Batcher(self._score, self.thread, config, self.clock, self.sleep)

    def _check_batch(self, tokens: Tokens) -> None:
        # What is raised here is a failed batch to the batcher, so faults are noted for the invariant to find.
        if tokens.token_ids.size > 32 and len(tokens.length) > 1:
            self.faults.append("the batch is beyond its budget")
        for call in (self.owners[number] for number in tokens.token_ids[:, 0].tolist()):
            if call.task.done():
                self.faults.append("a text was scored that nobody waits for")
            if call.deadline is not None and call.deadline <= self.clock.now:
                self.faults.append("an expired text was scored")
        numbers = set(tokens.token_ids[:, 0].tolist())
        if not numbers <= self.begun:  # else it is the half of a batch that failed
            self._check_turn(numbers)
        self.begun |= numbers

    def _check_turn(self, numbers: set[int]) -> None:
        waiting = [call for call in self.all_calls if not call.task.done() and call.numbers - self.begun]
        if not waiting or waiting[0].deadline is not None:  # that one may just have been refused
            return
        if len(waiting[0].ids) == 1 and not waiting[0].numbers <= numbers:
            self.faults.append("the text that had waited longest was passed over")

    def _score(self, tokens: Tokens) -> np.ndarray:
        if self.poison.intersection(tokens.token_ids[:, 0].tolist()):
            self.failed.update(tokens.token_ids[:, 0].tolist())
            raise RuntimeError("poisoned")
        return np.array([expected_scores(row) for row in tokens.token_ids.tolist()], np.float32)

    def _settle(self) -> None:
        self.loop.run_until_complete(settle())

    @rule(target=calls, texts=texts, patience=st.none() | st.integers(1, 3))
    def submit(self, texts: list[tuple[int, bool]], patience: int | None) -> Call:
        first = len(self.owners) + 1
        ids = [[number] * width for number, (width, _) in enumerate(texts, start=first)]
        guilty = {row[0] for row, (_, is_guilty) in zip(ids, texts, strict=True) if is_guilty}
        call = Call(ids, bool(guilty), None if patience is None else self.clock.now + patience)
        self.owners.update((row[0], call) for row in ids)
        self.poison |= guilty
        call.task = self.loop.create_task(self.batcher.score(tokens_of(*ids), call.deadline))
        call.submitted_at = self.clock.now
        self.all_calls.append(call)
        self._settle()
        call.was_refused = call.task.done()
        return call

    @rule(call=consumes(calls))
    def cancel(self, call: Call) -> None:
        call.was_cancelled = not call.task.done()
        call.task.cancel()
        self._settle()

    @rule()
    def let_time_pass(self) -> None:
        self.loop.run_until_complete(self.sleep.pass_time(1))

    @rule()
    def finish_batch(self) -> None:
        if self.thread.waiting:
            self.thread.finish()
            self._settle()

    @invariant()
    def every_batch_was_right(self) -> None:
        assert self.faults == [], self.faults

    @invariant()
    def queue_is_bounded(self) -> None:
        assert 0 <= len(self.batcher._queue) <= MAX_QUEUE

    @invariant()
    def thread_works_unless_texts_may_wait_for_others(self) -> None:
        if self.thread.waiting is None:
            for call in self.all_calls:
                assert call.task.done() or self.clock.now < call.submitted_at + self.max_wait

    def teardown(self) -> None:
        while self.thread.waiting or len(self.batcher._queue):
            self.finish_batch()
            self.let_time_pass()
        self.every_batch_was_right()
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
            # A forecast may refuse it early, but not once all its texts are being scored, unless they must be again.
            is_early = call.numbers - self.begun or call.numbers & self.failed
            assert call.was_refused or call.deadline <= self.clock.now or is_early
        else:
            assert isinstance(error, ResourceExhaustedError)
            assert call.was_refused
        if call.was_refused:
            assert not call.numbers & self.begun, "a text of a refused call was scored"


BatcherMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestBatcher = BatcherMachine.TestCase
