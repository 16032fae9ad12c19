"""Layers that are made from the settings of a network as a whole."""

from dataclasses import asdict
from typing import Any, Self

from training.config import ModelConfig
from training.networks.composite import CompositeLayer


class ConfiguredLayer(CompositeLayer):
    """Base of layers whose constructor takes a ModelConfig: Keras saves it as a dictionary."""

    def __init__(self, config: ModelConfig, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.config = config

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor, the settings as a dictionary."""
        return {**super().get_config(), "config": asdict(self.config)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Inverse of get_config."""
        return cls(**{**config, "config": ModelConfig(**config["config"])})
