"""The network that is exported gives the logits of the one that was trained."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from network_checks import LABEL_COUNT, TOKEN_IDS, VOCABULARY_SIZE

from training.config import ModelConfig
from training.networks import TextClassifier, build_model
from training.networks.inference import InferenceNetwork

TINY = ModelConfig(units=4, embedding_dim=5, context_width=3, heads=2, ngram_rows=16, pooling="max_mean")
VARIANTS = {
    "elman, one-hot": {"architecture": "elman", "encoding": "one_hot"},
    "jordan, both ways": {"architecture": "bidirectional_jordan", "encoding": "embedding", "context_decay": 0.5},
    "lstm, both ways": {"architecture": "bidirectional_lstm", "encoding": "embedding"},
    "lstm, both ways, one-hot": {"architecture": "bidirectional_lstm", "encoding": "one_hot"},
    "gru": {"architecture": "gru", "encoding": "embedding"},
    "last state": {"architecture": "bidirectional_gru", "encoding": "embedding", "pooling": "last"},
    "attention": {"architecture": "bidirectional_lstm", "encoding": "embedding", "pooling": "attention"},
    "two layers": {"architecture": "bidirectional_lstm", "encoding": "embedding", "layers": 2},
    "n-grams": {"architecture": "bidirectional_elman", "encoding": "embedding", "input_ngrams": 2},
    "n-grams, one-hot": {"architecture": "bidirectional_elman", "encoding": "one_hot", "input_ngrams": 3},
    "pieces": {"architecture": "bidirectional_lstm", "encoding": "embedding", "piece_tokens": 2},
    "pieces, one-hot": {"architecture": "gru", "encoding": "one_hot", "piece_tokens": 3, "layers": 2},
    "pieces, attention": {"architecture": "elman", "encoding": "embedding", "piece_tokens": 2, "pooling": "attention"},
    "pieces, n-grams": {"architecture": "bidirectional_elman", "piece_tokens": 2, "input_ngrams": 2},
    "transformer": {"architecture": "transformer", "encoding": "embedding"},
}
WITHOUT_TABLE, WITH_TABLE = 0, 2**20


@pytest.fixture(params=VARIANTS)
def model(request: pytest.FixtureRequest) -> TextClassifier:
    return random_model(**VARIANTS[request.param])


def random_model(**settings: object) -> TextClassifier:
    model = build_model(replace(TINY, **settings), VOCABULARY_SIZE, LABEL_COUNT)
    generator = np.random.default_rng(1)
    for variable in model.variables:  # zeros, as biases start, would hide that one is left out
        variable.assign(generator.normal(size=variable.shape, scale=0.7))
    return model


def traced(network: InferenceNetwork) -> tf.types.experimental.PolymorphicFunction:
    """As it is exported: for any number of texts, of any number of tokens."""
    return tf.function(network, input_signature=[tf.TensorSpec([None, None], tf.int32)], autograph=False)


@pytest.mark.parametrize("max_projected_bytes", [WITHOUT_TABLE, WITH_TABLE])
def test_gives_the_logits_of_the_trained_network(model: TextClassifier, max_projected_bytes: int) -> None:
    logits = traced(InferenceNetwork(model, max_projected_bytes))
    np.testing.assert_allclose(logits(TOKEN_IDS), model(TOKEN_IDS), atol=1e-5)


def test_padding_and_batch_mates_change_nothing(model: TextClassifier) -> None:
    logits = traced(InferenceNetwork(model, WITH_TABLE))
    together = logits(TOKEN_IDS)
    wider = logits(np.pad(TOKEN_IDS, [(0, 0), (0, 13)]))
    alone = [logits(ids[np.newaxis, : max(1, np.count_nonzero(ids))])[0] for ids in TOKEN_IDS]
    np.testing.assert_allclose(wider, together, atol=1e-5)
    np.testing.assert_allclose(alone, together, atol=1e-5)


@pytest.mark.parametrize("name", ["lstm, both ways", "two layers", "last state", "pieces", "pieces, attention"])
def test_compiled_it_gives_the_same(name: str) -> None:
    model = random_model(**VARIANTS[name])
    compiled = tf.function(traced(InferenceNetwork(model, WITH_TABLE)), jit_compile=True)
    np.testing.assert_allclose(compiled(tf.constant(TOKEN_IDS)), model(TOKEN_IDS), atol=1e-5)


def test_an_embedding_is_projected_ahead_where_the_table_may_be_that_large() -> None:
    model = random_model(**VARIANTS["lstm, both ways"])
    size = VOCABULARY_SIZE * 2 * 4 * TINY.units * 4  # a float32 for each gate of each unit of both directions
    (table,) = InferenceNetwork(model, size).variables
    np.testing.assert_allclose(
        table, model.token_table.table.numpy() @ model.encoder.recurrent_layers[0].input_kernel.numpy(), atol=1e-6
    )
    assert not InferenceNetwork(model, size - 1).variables


def test_one_hot_rows_are_projected_already() -> None:
    model = random_model(**VARIANTS["elman, one-hot"])
    assert not InferenceNetwork(model, WITH_TABLE).variables
