"""The Transformer as a whole: the order of words, and the composition of its parts in NumPy."""

import numpy as np
import pytest
from cell_kinds import randomize
from numpy_networks import layer_norm, pooled, sinusoids, transformer_block

from training.config import ModelConfig
from training.networks import TextClassifier, build_model

TEXT = np.array([[3, 8, 5, 11, 2]], np.int32)


def make_transformer(positions: str = "sinusoidal", layers: int = 2, encoding: str = "embedding") -> TextClassifier:
    config = ModelConfig(
        "transformer",
        encoding,
        embedding_dim=6,
        units=8,
        layers=layers,
        heads=2,
        feed_forward_width=12,
        positions=positions,
    )
    return build_model(config, vocabulary_size=12, label_count=3, seed=1)


def test_without_positions_the_order_of_words_means_nothing() -> None:
    model = make_transformer("none")
    np.testing.assert_allclose(model(TEXT[:, [4, 2, 0, 1, 3]]), model(TEXT), atol=1e-6)


@pytest.mark.parametrize("positions", ["sinusoidal", "learned"])
def test_with_positions_the_order_of_words_means_something(positions: str) -> None:
    model = make_transformer(positions)
    assert np.abs(model(TEXT[:, [4, 2, 0, 1, 3]]) - model(TEXT)).max() > 1e-3


@pytest.mark.parametrize("encoding", ["embedding", "one_hot"])
def test_logits_are_those_of_the_parts_in_numpy(encoding: str) -> None:
    model = make_transformer(encoding=encoding)
    randomize(model)
    encoder = model.encoder
    vectors = model.token_table.table.numpy().astype(np.float64)[TEXT[0]]
    if encoding == "embedding":
        vectors = vectors @ encoder.projection.kernel.numpy()
    vectors = vectors * np.sqrt(8) + sinusoids(5, 8)
    for block in encoder.blocks:
        layers = (block.attention_norm, block.attention.input_projection, block.attention.output_projection)
        layers += (block.feed_forward_norm, block.inner, block.outer)
        vectors = transformer_block(vectors, 2, [weight for layer in layers for weight in layer.get_weights()])
    encoded = pooled(layer_norm(vectors, *encoder.last_norm.get_weights()), "max_mean", [])
    kernel, bias = model.output_layer.get_weights()
    np.testing.assert_allclose(model(TEXT)[0], encoded @ kernel + bias, rtol=1e-4, atol=1e-4)


def test_one_hot_rows_are_the_vectors_of_the_first_block() -> None:
    assert make_transformer(encoding="one_hot").token_table.table.shape == (12, 8)
    assert make_transformer(encoding="embedding").token_table.table.shape == (12, 6)


def test_token_vectors_start_at_the_scale_of_the_position_encoding() -> None:
    for encoding in ("embedding", "one_hot"):
        config = ModelConfig("transformer", encoding, embedding_dim=64, units=64)
        model = build_model(config, vocabulary_size=500, label_count=2)
        vectors = model.token_table.table
        if encoding == "embedding":
            vectors = model.encoder.projection(vectors)
        assert 0.8 < np.std(8.0 * vectors) < 1.25
