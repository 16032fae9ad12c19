"""The training configuration: a frozen tree (schema), read strictly from file and flags (loading)."""

from training.config.loading import config_from_dict, config_to_dict, load_config
from training.config.schema import (
    BaselineConfig,
    DataConfig,
    ExportConfig,
    FitConfig,
    ModelConfig,
    NgramConfig,
    TokenizerConfig,
    TrainingConfig,
    VocabularyConfig,
)

__all__ = [
    "BaselineConfig",
    "DataConfig",
    "ExportConfig",
    "FitConfig",
    "ModelConfig",
    "NgramConfig",
    "TokenizerConfig",
    "TrainingConfig",
    "VocabularyConfig",
    "config_from_dict",
    "config_to_dict",
    "load_config",
]
