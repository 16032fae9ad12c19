import re
from dataclasses import replace
from typing import Any

import pytest

from training.config import FitConfig
from training.errors import ConfigError
from training.fitting.settings import check_fit_settings


def test_the_defaults_are_allowed() -> None:
    check_fit_settings(FitConfig())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", -1),
        ("batch_size", 0),
        ("patience", 0),
        ("learning_rate", 0.0),
        ("clip_norm", 0.0),
        ("weight_decay", -0.1),
        ("focal_gamma", -1.0),
        ("label_smoothing", 1.0),
        ("ema_decay", 1.0),
        ("warmup_fraction", 1.5),
        ("effective_number_beta", 1.0),
    ],
)
def test_a_value_that_cannot_be_trained_with_is_named(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"fit.{name} must be ") + ".*" + re.escape(f"got {value}")):
        check_fit_settings(replace(FitConfig(), **{name: value}))
