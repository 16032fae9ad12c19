"""What one client, or bulk calls, may take of the queue."""

import asyncio

from service.errors import ResourceExhaustedError
from service.limits import BatchingConfig
from service.types import Caller, Priority
from tests.service.batching.batcher_bench import Bench
from tests.service.fakes import settle


async def test_one_client_leaves_a_tenth_of_the_queue_to_others() -> None:
    bench = Bench(BatchingConfig(max_queue_texts=20))
    await bench.submit([1], caller=Caller("other"))
    calls = [await bench.submit([2], caller=Caller("greedy")) for _ in range(18)]
    refused = await bench.refusal([3], caller=Caller("greedy"))
    assert isinstance(refused, ResourceExhaustedError)
    assert "18 texts of yours are waiting" in str(refused)
    assert refused.retry_after_ms
    calls.append(await bench.submit([4], caller=Caller("other")))
    await bench.finish_all()
    await asyncio.gather(*calls)
    again = await bench.submit([5], caller=Caller("greedy"))
    await bench.finish_all()
    await again


async def test_one_call_may_fill_the_whole_queue_when_its_client_has_no_other() -> None:
    bench = Bench(BatchingConfig(max_queue_texts=20))
    call = await bench.submit(*([1] for _ in range(20)), caller=Caller("greedy"))
    await bench.finish_all()
    await call


async def test_bulk_calls_fill_half_of_the_queue_together() -> None:
    bench = Bench(BatchingConfig(max_queue_texts=20))
    bulk = [Caller(f"client {number}", Priority.BULK) for number in range(12)]
    await bench.submit([1])
    calls = [await bench.submit([2], caller=caller) for caller in bulk[:10]]
    assert "bulk" in str(await bench.refusal([3], caller=bulk[10]))
    calls.append(await bench.submit([4]))
    await bench.finish_all()
    await asyncio.gather(*calls)


async def test_texts_of_a_cancelled_call_no_longer_count_against_its_client() -> None:
    bench = Bench(BatchingConfig(max_queue_texts=10))
    await bench.submit([1], caller=Caller("other"))
    gone = await bench.submit(*([2] for _ in range(8)), caller=Caller("greedy"))
    assert await bench.refusal([3], [3], caller=Caller("greedy"))
    gone.cancel()
    await settle()
    call = await bench.submit(*([3] for _ in range(8)), caller=Caller("greedy"))
    await bench.finish_all()
    await call
