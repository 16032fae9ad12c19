import asyncio

import numpy as np
import pytest

from service.batching.pending_call import PendingCall, Portion, gather, width_class
from service.tokenizing.tokens import Tokens
from tests.service.fakes import tokens_of


def call_of(tokens: Tokens) -> PendingCall:
    return PendingCall(tokens, None, 0.0, asyncio.get_running_loop().create_future())


@pytest.mark.parametrize(("tokens", "width"), [(0, 8), (1, 8), (8, 8), (9, 16), (16, 16), (17, 32), (256, 256)])
def test_width_class_holds_widths_up_to_a_power_of_two(tokens: int, width: int) -> None:
    assert width_class(tokens) == width


async def test_width_of_a_cut_text_is_what_is_left_of_it() -> None:
    call = call_of(tokens_of([1] * 100, [], max_tokens=16))
    assert call.widths == [16, 8]
    assert call.texts_by_width() == {16: 1, 8: 1}


async def test_call_is_answered_with_its_last_scores_in_the_order_of_its_texts() -> None:
    call = call_of(tokens_of([1], [2], [3]))
    call.keep([2, 0], np.array([[3, 0], [1, 0]], np.float32))
    assert not call.answer.done()
    call.keep([1], np.array([[2, 0]], np.float32))
    assert call.answer.result().tolist() == [[1, 0], [2, 0], [3, 0]]


async def test_batch_is_as_wide_as_its_longest_text() -> None:
    one, other = call_of(tokens_of([1], [2] * 9)), call_of(tokens_of([3, 3], [4]))
    batch = gather([Portion(one, [0]), Portion(other, [1, 0])])
    assert batch.token_ids.tolist() == [[1, 0], [4, 0], [3, 3]]
    assert batch.length.tolist() == [1, 1, 2]
