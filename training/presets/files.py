"""The presets that come with Textgate, as configuration files beside this one."""

from pathlib import Path
from typing import Any

from training.config import read_config_file

PRESETS = ("speed", "balanced", "accuracy")
"""From the quickest to the best."""

AUTO = "auto"
"""The preset that the data choose; see `advise`."""


def load_preset(name: str) -> dict[str, Any]:
    """The settings of a preset as nested dictionaries: those that it says nothing of keep their defaults."""
    return read_config_file(Path(__file__).with_name(f"{name}.toml"))
