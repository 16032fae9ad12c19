import re

import pytest

from training.config import TrainingConfig, config_to_dict, load_config
from training.fitting.settings import check_fit_settings
from training.networks.settings import check_model_settings
from training.presets import PRESETS, load_preset


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_a_configuration_that_can_be_trained_with(name: str) -> None:
    config = load_config(preset=load_preset(name))
    check_model_settings(config.model)
    check_fit_settings(config.fit)


def test_balanced_is_the_default() -> None:
    assert load_config(preset=load_preset("balanced")) == TrainingConfig()


@pytest.mark.parametrize("name", ["speed", "accuracy"])
def test_the_others_are_not(name: str) -> None:
    assert load_config(preset=load_preset(name)) != TrainingConfig()


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_says_nothing_of_files_and_names(name: str) -> None:
    assert load_preset(name).keys() <= config_to_dict(TrainingConfig()).keys() - {"data", "export", "baseline"}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_begins_with_its_reason(name: str) -> None:
    from training.presets import files

    text = (files.Path(files.__file__).parent / f"{name}.toml").read_text(encoding="utf-8")
    assert re.match(r"# \w+", text)
