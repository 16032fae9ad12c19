import numpy as np
import pytest
import tensorflow as tf
from cell_kinds import random, randomize
from numpy_networks import Array, central_differences, pooled

from training.networks.pooling import POOLINGS, MaskedPooling

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


@pytest.mark.parametrize("mode", POOLINGS)
def test_pooled_vectors_and_gradients_are_those_of_numpy_in_double_precision(mode: str) -> None:
    length = np.array([4, 1, 3, 0])
    pooling, states, mask = MaskedPooling(mode), tf.constant(random(4, 4, 3)), tf.sequence_mask(length, 4)
    looked_at = random(*pooling(states, mask).shape)
    randomize(pooling)
    values = [states, *(weight.value for weight in pooling.trainable_weights)]
    with tf.GradientTape() as tape:
        tape.watch(states)
        result = pooling(states, mask)
        loss = tf.reduce_sum(result * looked_at)

    def reference(arguments: list[Array]) -> Array:
        texts, *weights = arguments
        return np.stack(
            [pooled(text[:count], mode, weights) for text, count in zip(texts, length, strict=True) if count]
        )

    doubles = [value.numpy().astype(np.float64) for value in values]
    np.testing.assert_allclose(result[:3], reference(doubles), atol=1e-6)
    np.testing.assert_array_equal(result[3], np.zeros(result.shape[1]))
    wanted = central_differences(lambda arguments: float((reference(arguments) * looked_at[:3]).sum()), doubles)
    for gradient, expected in zip(tape.gradient(loss, values), wanted, strict=True):
        np.testing.assert_allclose(tf.convert_to_tensor(gradient), expected, atol=1e-5)


@pytest.mark.parametrize("mode", POOLINGS)
def test_what_stands_at_padding_is_not_read(mode: str) -> None:
    pooling = MaskedPooling(mode)
    spoilt = tf.where(MASK[:, :, tf.newaxis], STATES, -1e6)
    np.testing.assert_array_equal(pooling(spoilt, MASK), pooling(STATES, MASK))


def test_attention_can_look_at_one_token_alone() -> None:
    pooling = MaskedPooling("attention")
    pooling(STATES, MASK)
    pooling.set_weights([np.diag([1.0, 0.0]), np.array([-2.0, 0.0]), np.array([[100.0], [0.0]])])
    np.testing.assert_allclose(pooling(STATES, MASK), [[3, -2], [0, 0]], atol=1e-5)


def test_unknown_mode_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="mode must be one of max_mean, max, mean, last, attention; got 'sum'"):
        MaskedPooling("sum")
