"""Which calls are accepted when, and the count of them."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from service.errors import ResourceExhaustedError, UnavailableError
from service.lifecycle import Lifecycle, Phase
from tests.service.fakes import settle


@pytest.fixture
def lifecycle() -> Lifecycle:
    lifecycle = Lifecycle(max_in_flight=2)
    lifecycle.start_serving()
    return lifecycle


async def test_calls_are_refused_before_the_models_are_loaded() -> None:
    with pytest.raises(UnavailableError, match="loading"):
        async with Lifecycle(2).accept():
            pass


async def test_calls_beyond_the_limit_are_refused_until_one_ends(lifecycle: Lifecycle) -> None:
    async with lifecycle.accept():
        async with lifecycle.accept():
            with pytest.raises(ResourceExhaustedError, match="2 calls"):
                async with lifecycle.accept():
                    pass
        async with lifecycle.accept():
            assert lifecycle.accepted == 2
    assert lifecycle.accepted == 0


async def test_one_client_leaves_a_tenth_of_the_calls_to_others() -> None:
    lifecycle = Lifecycle(20)
    lifecycle.start_serving()
    async with AsyncExitStack() as calls:
        for _ in range(18):
            await calls.enter_async_context(lifecycle.accept("greedy"))
        with pytest.raises(ResourceExhaustedError, match="18 calls of yours"):
            await calls.enter_async_context(lifecycle.accept("greedy"))
        await calls.enter_async_context(lifecycle.accept("other"))
        await calls.enter_async_context(lifecycle.accept())
    async with lifecycle.accept("greedy"):
        pass


async def test_draining_refuses_new_calls_and_waits_for_the_accepted(lifecycle: Lifecycle) -> None:
    async with lifecycle.accept():
        lifecycle.start_draining()
        idle = asyncio.create_task(lifecycle.idle())
        with pytest.raises(UnavailableError, match="shutting down"):
            async with lifecycle.accept():
                pass
        await settle()
        assert not idle.done()
    await idle


async def test_call_that_fails_is_no_longer_counted(lifecycle: Lifecycle) -> None:
    with pytest.raises(ValueError, match="x"):
        async with lifecycle.accept():
            raise ValueError("x")
    await lifecycle.idle()


async def test_last_refusals_wait_for_the_goodbye(lifecycle: Lifecycle) -> None:
    async def call() -> None:
        async with lifecycle.accept():
            pass

    lifecycle.start_draining()
    lifecycle.hold_refusals()
    held = asyncio.create_task(call())
    await settle()
    assert not held.done()
    lifecycle.release_refusals()
    with pytest.raises(UnavailableError, match="shutting down"):
        await held


async def test_models_that_finish_loading_during_the_drain_do_not_reopen_the_door(lifecycle: Lifecycle) -> None:
    lifecycle.start_draining()
    lifecycle.start_serving()
    assert lifecycle.phase is Phase.DRAINING
