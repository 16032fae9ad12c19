import numpy as np
import pytest
import tensorflow as tf

from training.networks.pooling import MaskedPooling

STATES = tf.constant([[[1.0, -4.0], [3.0, -2.0], [99.0, 99.0]], [[7.0, 7.0], [7.0, 7.0], [7.0, 7.0]]])
MASK = tf.constant([[True, True, False], [False, False, False]])


@pytest.mark.parametrize(
    ("mode", "directions", "pooled"),
    [
        ("max", 1, [3, -2]),
        ("mean", 1, [2, -3]),
        ("max_mean", 1, [3, -2, 2, -3]),
        ("last", 1, [3, -2]),
        ("last", 2, [3, -4]),
    ],
)
def test_pooling_leaves_padding_out_and_empty_texts_give_zeros(mode: str, directions: int, pooled: list[float]) -> None:
    result = MaskedPooling(mode, directions)(STATES, MASK)
    np.testing.assert_allclose(result, [pooled, [0] * len(pooled)])


def test_unknown_mode_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="mode must be one of max_mean, max, mean, last; got 'sum'"):
        MaskedPooling("sum")
