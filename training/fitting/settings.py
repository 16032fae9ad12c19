"""The settings of fitting: which values they may have."""

from training.config import FitConfig
from training.errors import ConfigError


def check_fit_settings(config: FitConfig) -> None:
    """Refuse what cannot be trained with.

    Raises:
        ConfigError: names the setting, what it must be and what it is.
    """
    _require(config.epochs >= 0, config, "epochs", "at least 0")
    for name in ("batch_size", "patience"):
        _require(getattr(config, name) >= 1, config, name, "at least 1")
    for name in ("learning_rate", "clip_norm"):
        _require(getattr(config, name) > 0, config, name, "more than 0")
    for name in ("weight_decay", "adversarial_epsilon", "focal_gamma"):
        _require(getattr(config, name) >= 0, config, name, "at least 0")
    for name in ("label_smoothing", "ema_decay"):
        _require(0 <= getattr(config, name) < 1, config, name, "at least 0 and less than 1")
    for name in ("warmup_fraction", "final_rate_fraction"):
        _require(0 <= getattr(config, name) <= 1, config, name, "from 0 to 1")
    _require(0 < config.effective_number_beta < 1, config, "effective_number_beta", "more than 0 and less than 1")


def _require(holds: bool, config: FitConfig, name: str, wanted: str) -> None:
    if not holds:
        raise ConfigError(f"fit.{name} must be {wanted}; got {getattr(config, name)}")
