"""The training configuration: a frozen tree (schema), read strictly from file and flags (loading)."""

from training.config.loading import config_from_dict, config_to_dict, load_config, read_config_file
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
from training.config.toml import config_to_toml

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
    "config_to_toml",
    "load_config",
    "read_config_file",
]
