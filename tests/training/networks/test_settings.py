from dataclasses import replace

import pytest

from training.config import ModelConfig
from training.errors import ConfigError
from training.networks import build_model
from training.networks.settings import scale_dropouts


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"units": 0}, "model.units must be at least 1; got 0"),
        ({"layers": 0}, "model.layers must be at least 1; got 0"),
        ({"context_decay": 1.0}, "model.context_decay must be at least 0 and less than 1; got 1.0"),
        ({"drop_mult": -1.0}, "model.drop_mult must be at least 0; got -1.0"),
        ({"output_dropout": 1.0}, "model.output_dropout must be at least 0 and, times drop_mult, less than 1; got 1.0"),
        ({"drop_mult": 2.0}, "model.output_dropout must be at least 0 and, times drop_mult, less than 1; got 0.5"),
        ({"architecture": "transformer", "heads": 3}, "model.units must be a multiple of model.heads, 3; got 128"),
    ],
)
def test_a_value_of_which_no_network_can_be_built_is_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=f"^{message}$"):
        build_model(replace(ModelConfig(), **settings), vocabulary_size=5, label_count=2)


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
