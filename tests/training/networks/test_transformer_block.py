"""The Transformer block and its attention against NumPy in double precision and Keras' own attention."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from cell_kinds import random, randomize
from numpy_networks import Array, central_differences, transformer_block

from training.networks.self_attention import SelfAttention
from training.networks.transformer_block import TransformerBlock

WIDTH, HEADS = 4, 2
LENGTH = np.array([4, 1, 3])
MASK = np.arange(4) < LENGTH[:, np.newaxis]


def numpy_block(vectors: Array, weights: list[Array]) -> Array:
    """Each text by itself, zero at padding."""
    result = np.zeros_like(vectors)
    for text, length, transformed in zip(vectors, LENGTH, result, strict=True):
        transformed[:length] = transformer_block(text[:length], HEADS, weights)
    return result


def test_vectors_and_gradients_are_those_of_numpy_in_double_precision() -> None:
    block = TransformerBlock(WIDTH, HEADS, feed_forward_width=5)
    vectors, mask = tf.constant(random(3, 4, WIDTH)), tf.constant(MASK)
    block(vectors, mask)
    randomize(block)
    layers = (block.attention_norm, block.attention.input_projection, block.attention.output_projection)
    layers += (block.feed_forward_norm, block.inner, block.outer)
    values = [vectors, *(weight.value for layer in layers for weight in layer.trainable_weights)]
    looked_at = random(3, 4, WIDTH) * MASK[..., np.newaxis]
    with tf.GradientTape() as tape:
        tape.watch(vectors)
        transformed = block(vectors, mask)
        loss = tf.reduce_sum(transformed * looked_at)
    doubles = [value.numpy().astype(np.float64) for value in values]
    np.testing.assert_allclose(transformed.numpy()[MASK], numpy_block(doubles[0], doubles[1:])[MASK], atol=1e-5)
    wanted = central_differences(lambda arrays: float((numpy_block(arrays[0], arrays[1:]) * looked_at).sum()), doubles)
    for gradient, expected in zip(tape.gradient(loss, values), wanted, strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=1e-3, atol=1e-4)


def test_attention_is_that_of_the_keras_layer() -> None:
    ours, theirs = SelfAttention(6, heads=3), keras.layers.MultiHeadAttention(num_heads=3, key_dim=2)
    vectors, mask = tf.constant(random(3, 4, 6)), tf.constant(MASK)
    ours(vectors, mask)
    theirs(vectors, vectors)
    randomize(ours)
    kernel, bias, output_kernel, output_bias = ours.get_weights()
    parts = [
        part for kernel, bias in zip(np.split(kernel, 3, 1), np.split(bias, 3), strict=True) for part in (kernel, bias)
    ]
    shaped = [part.reshape(*part.shape[:-1], 3, 2) for part in parts]
    theirs.set_weights([*shaped, output_kernel.reshape(3, 2, 6), output_bias])
    wanted = theirs(vectors, vectors, attention_mask=mask[:, tf.newaxis])
    np.testing.assert_allclose(ours(vectors, mask).numpy()[MASK], wanted.numpy()[MASK], atol=1e-5)


def test_nothing_at_padding_reaches_a_token_and_the_empty_text_stays_finite() -> None:
    block = TransformerBlock(WIDTH, HEADS, feed_forward_width=5)
    vectors, mask = random(4, 4, WIDTH), np.concatenate([MASK, np.zeros((1, 4), bool)])
    spoilt = np.where(mask[..., np.newaxis], vectors, 1e6).astype(np.float32)
    results = [block(tf.constant(values), tf.constant(mask)).numpy() for values in (vectors, spoilt)]
    np.testing.assert_array_equal(results[0][mask], results[1][mask])
    assert np.isfinite(results).all()


def test_dropout_acts_on_attention_weights_and_on_what_is_added() -> None:
    vectors, mask = tf.constant(random(3, 4, WIDTH)), tf.constant(MASK)
    for rates in ((0.5, 0.0), (0.0, 0.5)):
        block = TransformerBlock(WIDTH, HEADS, 5, *rates)
        np.testing.assert_array_equal(block(vectors, mask), block(vectors, mask))
        assert np.any(block(vectors, mask, training=True) != block(vectors, mask, training=True))


def test_heads_must_share_the_width_evenly() -> None:
    with pytest.raises(ValueError, match="width must be a multiple of heads, got width 6 and heads 4"):
        SelfAttention(6, heads=4)


def test_a_block_says_how_to_make_it_again() -> None:
    block = TransformerBlock(WIDTH, HEADS, 5, 0.1, 0.2)
    assert TransformerBlock.from_config(block.get_config()).get_config() == block.get_config()
