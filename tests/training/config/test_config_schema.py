"""What holds for every setting there is."""

from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import Any

import pytest

from training.config import TrainingConfig

SECTIONS = [getattr(TrainingConfig(), field.name) for field in fields(TrainingConfig)]


@pytest.mark.parametrize("section", [TrainingConfig(), *SECTIONS], ids=lambda section: type(section).__name__)
def test_no_setting_can_be_changed_in_a_run(section: Any) -> None:
    for field in fields(section):
        with pytest.raises(FrozenInstanceError):
            setattr(section, field.name, getattr(section, field.name))


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: type(section).__name__)
def test_every_setting_has_one_line_of_help(section: Any) -> None:
    for field in fields(section):
        if not is_dataclass(getattr(section, field.name)):
            help_line = field.metadata["help"]
            assert help_line.strip(), field.name
            assert "\n" not in help_line, field.name
