"""A recurrence over pieces of texts, held against one over the pieces as texts of their own."""

import numpy as np
import pytest
import tensorflow as tf
from numpy_networks import lstm, pooled

from training.config import ModelConfig
from training.networks import TextClassifier, build_model
from training.networks.pieces import Pieces
from training.networks.recurrence import compiled_recurrences

TEXT = np.array([[5, 3, 8, 2, 9, 4, 7, 1]], np.int32)


def make(pooling: str = "max_mean", **settings: object) -> TextClassifier:
    config = ModelConfig("lstm", "one_hot", units=3, pooling=pooling, **settings)
    model = build_model(config, vocabulary_size=10, label_count=2, seed=1)
    generator = np.random.default_rng(2)
    for variable in model.variables:
        variable.assign(generator.normal(size=variable.shape, scale=0.7))
    return model


def reference(model: TextClassifier, ids: list[int], piece_tokens: int, pooling: str) -> np.ndarray:
    """Logits <float64>[labels] of one text, piece by piece in NumPy."""
    (layer,) = model.encoder.recurrent_layers
    rows = model.token_table.table.numpy().astype(np.float64)[ids] + layer.bias.numpy()
    kernel = layer.cells[0].recurrent_kernel.numpy().astype(np.float64)
    states = [lstm(rows[start : start + piece_tokens], kernel) for start in range(0, len(ids), piece_tokens)]
    kernel, bias = model.output_layer.get_weights()
    return pooled(np.concatenate(states), pooling, []) @ kernel + bias


@pytest.mark.parametrize("pooling", ["max_mean", "max", "mean"])
@pytest.mark.parametrize("piece_tokens", [1, 3, 4, 8, 50])
def test_each_piece_begins_from_nothing_and_all_are_pooled(piece_tokens: int, pooling: str) -> None:
    model = make(pooling, piece_tokens=piece_tokens)
    np.testing.assert_allclose(model(TEXT)[0], reference(model, list(TEXT[0]), piece_tokens, pooling), atol=1e-5)


def test_a_text_no_longer_than_a_piece_is_scored_as_if_there_were_none() -> None:
    np.testing.assert_allclose(make(piece_tokens=8)(TEXT), make()(TEXT), atol=1e-6)
    assert np.any(np.abs(make(piece_tokens=7)(TEXT) - make()(TEXT)) > 1e-3)


def test_gradients_are_the_same_whether_the_recurrence_is_compiled_or_not() -> None:
    model = make(piece_tokens=3)
    for plain, compiled in zip(gradients(model, compiled=False), gradients(model, compiled=True), strict=True):
        np.testing.assert_allclose(compiled, plain, rtol=1e-4, atol=1e-5)


def gradients(model: TextClassifier, compiled: bool) -> list[tf.Tensor]:
    weights = [weight.value for weight in model.trainable_weights]

    @tf.function
    def differentiate(token_ids: tf.Tensor) -> list[tf.Tensor]:
        with compiled_recurrences(compiled), tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(model(token_ids)))
        return [tf.convert_to_tensor(gradient) for gradient in tape.gradient(loss, weights)]

    return differentiate(tf.constant(np.pad(TEXT, [(0, 1), (0, 3)])))


def test_values_are_cut_from_the_start_and_joined_again() -> None:
    values = tf.reshape(tf.range(2 * 5 * 3), [2, 5, 3])
    pieces = Pieces(2)
    cut = pieces.cut(values)
    assert cut.shape == (6, 2, 3)
    np.testing.assert_array_equal(cut[:2], [values[0, :2], values[0, 2:4]])
    np.testing.assert_array_equal(cut[2], [values[0, 4], [0, 0, 0]])
    np.testing.assert_array_equal(pieces.join(cut, 2)[:, :5], values)


def test_without_pieces_texts_stay_whole() -> None:
    assert Pieces(0).cut(TEXT) is TEXT
