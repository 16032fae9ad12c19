"""One-hot input by gathered rows against the literal product with one-hot vectors."""

import numpy as np
import pytest
import tensorflow as tf

from training.config import ModelConfig
from training.networks import TextClassifier, build_model
from training.networks.registry import ENCODERS

VOCABULARY_SIZE = 11
TOKEN_IDS = tf.constant([[2, 5, 2, 10, 0], [1, 0, 0, 0, 0], [9, 8, 7, 6, 5], [0, 0, 0, 0, 0]], tf.int32)
TARGETS = tf.constant([0, 2, 1, 1])


@pytest.fixture(params=sorted(ENCODERS))
def model(request: pytest.FixtureRequest) -> TextClassifier:
    config = ModelConfig(architecture=request.param, encoding="one_hot", units=4, heads=2)
    return build_model(config, VOCABULARY_SIZE, label_count=3, seed=2)


def loss_and_gradients(model: TextClassifier, literal: bool) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
    weights = [weight.value for weight in model.trainable_weights]
    with tf.GradientTape() as tape:
        if literal:
            rows = tf.one_hot(TOKEN_IDS, VOCABULARY_SIZE) @ model.token_table.table.value
            logits = model.classify_rows(rows, TOKEN_IDS)
        else:
            logits = model(TOKEN_IDS)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(TARGETS, logits)
    return logits, loss, [tf.convert_to_tensor(gradient) for gradient in tape.gradient(loss, weights)]


def test_logits_and_gradients_equal_those_of_the_literal_product(model: TextClassifier) -> None:
    logits, loss, gradients = loss_and_gradients(model, literal=False)
    literal_logits, literal_loss, literal_gradients = loss_and_gradients(model, literal=True)
    np.testing.assert_allclose(logits, literal_logits, atol=1e-6)
    np.testing.assert_allclose(loss, literal_loss, atol=1e-6)
    for gradient, literal in zip(gradients, literal_gradients, strict=True):
        np.testing.assert_allclose(gradient, literal, atol=1e-6)


def test_directions_have_rows_of_their_own() -> None:
    config = ModelConfig(architecture="bidirectional_lstm", encoding="one_hot", units=4)
    assert build_model(config, VOCABULARY_SIZE, 3).token_table.table.shape == (VOCABULARY_SIZE, 2 * 4 * 4)


def test_embedding_has_one_narrow_table_for_both_directions() -> None:
    config = ModelConfig(architecture="bidirectional_lstm", encoding="embedding", embedding_dim=5, units=4)
    assert build_model(config, VOCABULARY_SIZE, 3).token_table.table.shape == (VOCABULARY_SIZE, 5)
