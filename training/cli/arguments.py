"""The flags that the verbs share. A flag whose destination is a dotted path is that setting of the configuration."""

import argparse
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from training.config import DataConfig, TrainingConfig, load_config

_PART_SETTINGS = ("train", "dev", "test", "dev_fraction", "split_seed")
_READING_SETTINGS = (
    "format",
    "text_column",
    "label_column",
    "label_separator",
    "task",
    "encoding",
    "on_bad_row",
)


def add_config_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--config FILE` and `--set PATH=VALUE`."""
    group = parser.add_argument_group("configuration")
    group.add_argument("--config", metavar="FILE", help="TOML or JSON file of settings; flags win over it")
    group.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="one setting by its dotted path, such as tokenizer.max_tokens=64; wins over all, may be repeated",
    )


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags for the parts (`--train`, `--dev`, `--test`, …) and for how their files are written."""
    add_setting_arguments(parser.add_argument_group("labelled texts"), "data", DataConfig, _PART_SETTINGS)
    add_reading_arguments(parser)


def add_reading_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags that say how a file of texts is written (`--format`, `--text-column`, `--encoding`, …)."""
    add_setting_arguments(parser.add_argument_group("how the files are written"), "data", DataConfig, _READING_SETTINGS)


def add_setting_arguments(
    group: "argparse._ArgumentGroup", section: str, config: type[Any], names: tuple[str, ...]
) -> None:
    """Add a flag for each of these settings of a section: name, choices, default and help are those of the setting."""
    kinds = get_type_hints(config)
    known = {field.name: field for field in fields(config)}
    for name in names:
        choices = get_args(kinds[name]) if get_origin(kinds[name]) is Literal else None
        group.add_argument(
            f"--{name.replace('_', '-')}",
            dest=f"{section}.{name}",
            choices=choices,
            metavar=None if choices else _metavar(name),
            help=_help(known[name].metadata["help"], known[name].default),
        )


def config_from_arguments(args: argparse.Namespace, preset: Mapping[str, Any] | None = None) -> TrainingConfig:
    """The configuration of a run: the preset, then the file, then the flags, then `--set`, in this order.

    Raises:
        ConfigError: a setting is unknown or has a wrong value.
    """
    flags = [f"{path}={value}" for path, value in vars(args).items() if "." in path and value is not None]
    return load_config(getattr(args, "config", None), [*flags, *getattr(args, "overrides", [])], preset)


def _metavar(name: str) -> str:
    return "PATH" if name in ("train", "dev", "test") else name.rsplit("_", 1)[-1].upper()


def _help(text: str, default: object) -> str:
    return f"{text} (default: {default})".replace("%", "%%") if default != "" else text.replace("%", "%%")
