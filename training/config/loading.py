"""Strict reading of the configuration: an unknown key or a wrong type is an error that names the dotted path."""

import difflib
import json
import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from training.config.schema import TrainingConfig
from training.errors import ConfigError


def load_config(
    path: str | Path | None = None, overrides: Sequence[str] = (), preset: Mapping[str, Any] | None = None
) -> TrainingConfig:
    """Read a TOML or JSON file and apply `dotted.path=value` overrides, in order.

    Args:
        path: the file; None: no settings but the others.
        overrides: win over the file.
        preset: nested mappings of settings that the file wins over.

    Raises:
        ConfigError: the file cannot be read, a key is unknown, or a value has the wrong type.
    """
    tree = _merged(deepcopy(dict(preset or {})), read_config_file(Path(path)) if path else {})
    for override in overrides:
        _apply_override(tree, override)
    return config_from_dict(tree)


def config_from_dict(tree: Mapping[str, Any]) -> TrainingConfig:
    """Build the frozen tree from nested mappings; what is absent keeps its default."""
    config = _build(TrainingConfig, tree, "")
    assert isinstance(config, TrainingConfig)
    return config


def config_to_dict(config: TrainingConfig) -> dict[str, Any]:
    """Nested dictionaries that `config_from_dict` turns back into an equal configuration."""
    return asdict(config)


def read_config_file(path: Path) -> dict[str, Any]:
    """The sections of a TOML or JSON file, unchecked.

    Raises:
        ConfigError: the file cannot be read, or is none.
    """
    try:
        text = path.read_text(encoding="utf-8")
        tree = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"cannot read the configuration {path}: {error.strerror}") from error
    except ValueError as error:  # JSONDecodeError, TOMLDecodeError and UnicodeDecodeError are all ValueErrors
        raise ConfigError(f"{path} is not valid {'JSON' if path.suffix == '.json' else 'TOML'}: {error}") from error
    if not isinstance(tree, dict):
        raise ConfigError(f"{path} must hold a table of sections, such as [model]")
    return tree


def _merged(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Both trees in one; where both have a value, that of `upper`."""
    merged = dict(lower)
    for key, value in upper.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def _apply_override(tree: dict[str, Any], override: str) -> None:
    path, equals, value = override.partition("=")
    if not equals or not path:
        raise ConfigError(f"--set {override}: expected dotted.path=value, such as model.units=128")
    *sections, key = path.strip().split(".")
    for section in sections:
        tree = tree.setdefault(section, {})
        if not isinstance(tree, dict):
            raise ConfigError(f"--set {override}: {section} is a value, not a section")
    tree[key] = _Text(value)


class _Text(str):
    """A value that came as text from the command line and takes the type of its setting."""


def _build(cls: type[Any], tree: Any, path: str) -> Any:
    if not isinstance(tree, Mapping):
        raise ConfigError(f"{path or 'the configuration'} must be a section of settings, got {tree!r}")
    types = get_type_hints(cls)
    known = {f.name for f in fields(cls)}
    for key in tree:
        if key not in known:
            raise ConfigError(f"unknown setting {_join(path, str(key))}{_suggest(str(key), known, path)}")
    return cls(**{key: _convert(types[key], value, _join(path, key)) for key, value in tree.items()})


def _convert(kind: Any, value: Any, path: str) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        return _build(kind, value, path)
    if get_origin(kind) is Literal:
        choices = get_args(kind)
        if value in choices:
            return str(value)
        raise ConfigError(f"{path} must be one of {', '.join(choices)}; got {value!r}")
    if isinstance(value, _Text):
        value = _parse(kind, value, path)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise ConfigError(f"{path} must be {_type_name(kind)}; got {value!r}")
    return value


def _parse(kind: Any, value: str, path: str) -> Any:
    if kind is bool:
        words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        if value.lower() in words:
            return words[value.lower()]
    elif kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            pass
    else:
        return str(value)
    raise ConfigError(f"{path} must be {_type_name(kind)}; got {str(value)!r}")


def _type_name(kind: Any) -> str:
    return {int: "a whole number", float: "a number", bool: "true or false", str: "text"}.get(kind, str(kind))


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _suggest(key: str, known: set[str], path: str) -> str:
    near = difflib.get_close_matches(key, sorted(known), n=1)
    if near:
        return f"; did you mean {_join(path, near[0])}?"
    return f"; known here: {', '.join(sorted(known))}"
