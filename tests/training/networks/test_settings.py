from dataclasses import fields, replace

import numpy as np
import pytest

from training.config import ModelConfig
from training.errors import ConfigError
from training.networks import TextClassifier, build_model
from training.networks.settings import scale_dropouts

TOKEN_IDS = np.array([[3, 8, 5, 2, 9, 4], [7, 1, 6, 0, 0, 0]], np.int32)
TINY = ModelConfig(
    units=4,
    embedding_dim=4,
    layers=2,
    context_width=2,
    heads=4,
    feed_forward_width=4,
    **{field.name: 0.0 for field in fields(ModelConfig) if field.name.endswith("_dropout")},
)


def make_tiny(**settings: object) -> TextClassifier:
    return build_model(replace(TINY, **settings), vocabulary_size=10, label_count=2, seed=1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"units": 0}, "model.units must be at least 1; got 0"),
        ({"layers": 0}, "model.layers must be at least 1; got 0"),
        ({"context_decay": 1.0}, "model.context_decay must be at least 0 and less than 1; got 1.0"),
        ({"drop_mult": -1.0}, "model.drop_mult must be at least 0; got -1.0"),
        ({"output_dropout": 1.0}, "model.output_dropout must be at least 0 and, times drop_mult, less than 1; got 1.0"),
        ({"drop_mult": 2.0}, "model.output_dropout must be at least 0 and, times drop_mult, less than 1; got 0.5"),
        ({"piece_tokens": -1}, "model.piece_tokens must be at least 0; got -1"),
        (
            {"piece_tokens": 50, "pooling": "last"},
            "model.pooling must be another one with model.piece_tokens, of all pieces; got last",
        ),
        ({"architecture": "transformer", "heads": 3}, "model.units must be a multiple of model.heads, 3; got 128"),
    ],
)
def test_a_value_of_which_no_network_can_be_built_is_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=f"^{message}$"):
        build_model(replace(ModelConfig(), **settings), vocabulary_size=5, label_count=2)


def test_pieces_matter_to_recurrent_networks_alone() -> None:
    build_model(ModelConfig("transformer", units=4, piece_tokens=5, pooling="last"), vocabulary_size=5, label_count=2)


def test_heads_matter_to_the_transformer_alone() -> None:
    build_model(ModelConfig("elman", units=4, heads=3), vocabulary_size=5, label_count=2)


def test_drop_mult_scales_every_dropout() -> None:
    scaled = scale_dropouts(ModelConfig(drop_mult=0.5, recurrent_dropout=0.4))
    assert scaled == ModelConfig(
        drop_mult=1.0,
        token_dropout=0.05,
        input_dropout=0.15,
        layer_dropout=0.1,
        recurrent_dropout=0.2,
        attention_dropout=0.05,
        residual_dropout=0.1,
        output_dropout=0.25,
    )


@pytest.mark.parametrize(
    ("architecture", "dropout"),
    [
        ("lstm", "token_dropout"),
        ("lstm", "input_dropout"),
        ("lstm", "layer_dropout"),
        ("jordan", "recurrent_dropout"),
        ("transformer", "attention_dropout"),
        ("transformer", "residual_dropout"),
        ("transformer", "output_dropout"),
    ],
)
def test_every_dropout_acts_by_itself_and_in_training_alone(architecture: str, dropout: str) -> None:
    model = make_tiny(architecture=architecture, **{dropout: 0.5})
    scored = model(TOKEN_IDS)
    np.testing.assert_array_equal(model(TOKEN_IDS), scored)
    assert any(np.any(model(TOKEN_IDS, training=True) != scored) for _ in range(5))


@pytest.mark.parametrize("architecture", ["jordan", "transformer"])
def test_without_dropout_training_computes_what_scoring_does(architecture: str) -> None:
    model = make_tiny(architecture=architecture)
    np.testing.assert_array_equal(model(TOKEN_IDS, training=True), model(TOKEN_IDS))


@pytest.mark.parametrize(
    "settings",
    [
        {"architecture": "jordan", "context_width": 3},
        {"architecture": "jordan", "context_decay": 0.5},
        {"architecture": "jordan", "context_activation": "sigmoid"},
        {"architecture": "transformer", "heads": 2},
        {"architecture": "transformer", "feed_forward_width": 5},
        {"architecture": "transformer", "positions": "none"},
        {"architecture": "transformer", "positions": "learned"},
    ],
)
def test_every_setting_of_one_architecture_is_read(settings: dict[str, object]) -> None:
    changed, unchanged = make_tiny(**settings), make_tiny(architecture=settings["architecture"])
    assert np.any(changed(TOKEN_IDS) != unchanged(TOKEN_IDS))
