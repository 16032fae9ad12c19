import tomllib
from dataclasses import fields

import pytest

from training.config import DataConfig, TrainingConfig, config_from_dict, config_to_toml, load_config
from training.presets import PRESETS, load_preset

TRICKY = DataConfig(train='C:\\texts "of" 2026\n\x7f好.csv', label_separator="|\t")


@pytest.mark.parametrize("config", [TrainingConfig(), TrainingConfig(TRICKY)], ids=["defaults", "tricky text"])
def test_what_is_written_is_read_as_an_equal_configuration(config: TrainingConfig) -> None:
    assert config_from_dict(tomllib.loads(config_to_toml(config))) == config


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_survives_it_too(name: str) -> None:
    config = load_config(preset=load_preset(name))
    assert config_from_dict(tomllib.loads(config_to_toml(config))) == config


def test_every_setting_stands_below_its_explanation() -> None:
    lines = config_to_toml(TrainingConfig()).splitlines()
    for section in fields(TrainingConfig):
        for setting in fields(getattr(TrainingConfig(), section.name)):
            places = [place for place, line in enumerate(lines) if line.startswith(f"{setting.name} = ")]
            assert any(lines[place - 1].startswith("# ") for place in places)


def test_a_remark_stands_beside_its_setting() -> None:
    lines = config_to_toml(TrainingConfig(), {"model.units": "few texts"}).splitlines()
    place = lines.index("units = 128")
    assert lines[place - 1] == "# here: few texts"
