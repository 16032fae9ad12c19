"""The settings of a network: which values they may have, and what they come to."""

from dataclasses import fields, replace

from training.config import ModelConfig
from training.errors import ConfigError

_COUNTS = (
    "input_ngrams",
    "ngram_rows",
    "embedding_dim",
    "units",
    "layers",
    "context_width",
    "heads",
    "feed_forward_width",
    "max_positions",
)
_DROPOUTS = tuple(field.name for field in fields(ModelConfig) if field.name.endswith("_dropout"))


def check_model_settings(config: ModelConfig) -> None:
    """Refuse what no network can be built of.

    Raises:
        ConfigError: names the setting, what it must be and what it is.
    """
    for name in _COUNTS:
        _require(getattr(config, name) >= 1, config, name, "at least 1")
    _require(0 <= config.context_decay < 1, config, "context_decay", "at least 0 and less than 1")
    _require(config.drop_mult >= 0, config, "drop_mult", "at least 0")
    for name in _DROPOUTS:
        rate = getattr(config, name)
        _require(
            rate >= 0 and rate * config.drop_mult < 1, config, name, "at least 0 and, times drop_mult, less than 1"
        )
    _require(config.piece_tokens >= 0, config, "piece_tokens", "at least 0")
    if config.architecture == "transformer":
        _require(config.units % config.heads == 0, config, "units", f"a multiple of model.heads, {config.heads}")
    elif config.piece_tokens:
        _require(config.pooling != "last", config, "pooling", "another one with model.piece_tokens, of all pieces")


def scale_dropouts(config: ModelConfig) -> ModelConfig:
    """The same settings with drop_mult worked into every dropout."""
    scaled = {name: getattr(config, name) * config.drop_mult for name in _DROPOUTS}
    return replace(config, drop_mult=1.0, **scaled)


def _require(holds: bool, config: ModelConfig, name: str, wanted: str) -> None:
    if not holds:
        raise ConfigError(f"model.{name} must be {wanted}; got {getattr(config, name)}")
