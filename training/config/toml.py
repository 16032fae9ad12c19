"""A configuration as a TOML file that a person can read: every setting, its value, and what it is for."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from inspect import getdoc
from textwrap import wrap
from typing import Any

from training.config.schema import TrainingConfig

_WIDTH = 100


def config_to_toml(config: TrainingConfig, remarks: Mapping[str, str] | None = None) -> str:
    """Write all settings, those included that have their default, so that reading gives an equal configuration.

    Args:
        config: the settings.
        remarks: by dotted path, why a setting is as it is, where that is not its usual reason.
    """
    return "\n".join(_sections(config, remarks or {}))


def _sections(config: TrainingConfig, remarks: Mapping[str, str]) -> Iterator[str]:
    for section in fields(config):
        settings = getattr(config, section.name)
        yield from _comment(getdoc(type(settings)) or "")
        yield f"[{section.name}]"
        for setting in fields(settings):
            yield from _comment(setting.metadata["help"])
            if remark := remarks.get(f"{section.name}.{setting.name}"):
                yield from _comment(f"here: {remark}")
            yield f"{setting.name} = {_value(getattr(settings, setting.name))}"
        yield ""


def _comment(text: str) -> list[str]:
    return wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="# ")


def _value(value: Any) -> str:
    """A value as TOML has it: like JSON, but for DEL, which TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
