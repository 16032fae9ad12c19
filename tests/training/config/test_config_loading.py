"""Settings come from a file and from `--set`, strictly: an unknown key or a wrong type is an error with its path."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.config import (
    DataConfig,
    FitConfig,
    ModelConfig,
    TokenizerConfig,
    TrainingConfig,
    config_from_dict,
    config_to_dict,
    load_config,
)
from training.errors import ConfigError

TOML = """
[data]
train = "评论.csv"
[model]
units = 7
encoding = "one_hot"
[tokenizer]
lower_case = false
[fit]
learning_rate = 1
"""
TREE = {
    "data": {"train": "评论.csv"},
    "model": {"units": 7, "encoding": "one_hot"},
    "tokenizer": {"lower_case": False},
    "fit": {"learning_rate": 1},
}


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_without_file_and_overrides_every_setting_has_its_default() -> None:
    assert load_config() == config_from_dict({}) == TrainingConfig()


@pytest.mark.parametrize(("name", "content"), [("run.toml", TOML), ("run.json", json.dumps(TREE))])
def test_a_file_sets_what_it_names_and_nothing_else(tmp_path: Path, name: str, content: str) -> None:
    config = load_config(write(tmp_path / name, content))
    assert config == replace(
        TrainingConfig(),
        data=replace(DataConfig(), train="评论.csv"),
        model=replace(ModelConfig(), units=7, encoding="one_hot"),
        tokenizer=replace(TokenizerConfig(), lower_case=False),
        fit=replace(FitConfig(), learning_rate=1.0),
    )
    assert type(config.fit.learning_rate) is float


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({"model": {"unit": 3}}, "unknown setting model.unit; did you mean model.units?"),
        ({"fit": {"learning_rat": 3}}, "unknown setting fit.learning_rat; did you mean fit.learning_rate?"),
        ({"modell": {"units": 3}}, "unknown setting modell; did you mean model?"),
        ({"units": 3}, "unknown setting units; known here: "),
        (
            {"export": {"qqq": 3}},
            "unknown setting export.qqq; known here: name, projected_table_mb, repository, version",
        ),
        ({"model": {3: 3}}, "unknown setting model.3; known here: "),
    ],
)
def test_an_unknown_key_is_named_by_its_path_beside_the_nearest_known(tree: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        config_from_dict(tree)


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({"model": {"units": "128"}}, "model.units must be a whole number; got '128'"),
        ({"model": {"units": 1.5}}, "model.units must be a whole number; got 1.5"),
        ({"model": {"units": True}}, "model.units must be a whole number; got True"),
        ({"model": {"units": None}}, "model.units must be a whole number; got None"),
        ({"fit": {"learning_rate": False}}, "fit.learning_rate must be a number; got False"),
        ({"fit": {"learning_rate": "0.1"}}, "fit.learning_rate must be a number; got '0.1'"),
        ({"tokenizer": {"lower_case": 1}}, "tokenizer.lower_case must be true or false; got 1"),
        ({"tokenizer": {"lower_case": "no"}}, "tokenizer.lower_case must be true or false; got 'no'"),
        ({"data": {"train": 3}}, "data.train must be text; got 3"),
        ({"data": {"train": ["a.csv"]}}, "data.train must be text; got ['a.csv']"),
        ({"model": {"encoding": "onehot"}}, "model.encoding must be one of embedding, one_hot; got 'onehot'"),
        ({"model": {"encoding": ["one_hot"]}}, "model.encoding must be one of embedding, one_hot; got ['one_hot']"),
        ({"model": 3}, "model must be a section of settings, got 3"),
        ({"fit": None}, "fit must be a section of settings, got None"),
        ([], "the configuration must be a section of settings, got []"),
    ],
)
def test_a_value_of_the_wrong_type_is_named_by_its_path(tree: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        config_from_dict(tree)


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("model.units=128", 128),
        (" model.units = 128", 128),
        ("fit.learning_rate=1e-3", 0.001),
        ("fit.learning_rate=1", 1.0),
        ("tokenizer.lower_case=No", False),
        ("tokenizer.lower_case=0", False),
        ("tokenizer.lower_case=TRUE", True),
        ("model.encoding=one_hot", "one_hot"),
        ("data.train=12", "12"),
        ("data.train=a=b.csv", "a=b.csv"),
        ("data.text_column=", ""),
    ],
)
def test_set_takes_the_type_of_its_setting(override: str, expected: object) -> None:
    section, name = override.partition("=")[0].strip().split(".")
    value = getattr(getattr(load_config(None, [override]), section), name)
    assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("model.units", "--set model.units: expected dotted.path=value, such as model.units=128"),
        ("=3", "--set =3: expected dotted.path=value"),
        ("model.units=1.5", "model.units must be a whole number; got '1.5'"),
        ("model.units=", "model.units must be a whole number; got ''"),
        ("fit.learning_rate=fast", "fit.learning_rate must be a number; got 'fast'"),
        ("tokenizer.lower_case=maybe", "tokenizer.lower_case must be true or false; got 'maybe'"),
        ("model.encoding=onehot", "model.encoding must be one of embedding, one_hot; got 'onehot'"),
        ("model.unts=3", "unknown setting model.unts; did you mean model.units?"),
        ("units=3", "unknown setting units; known here: "),
        ("model=3", "model must be a section of settings, got '3'"),
    ],
)
def test_a_wrong_set_says_what_is_wrong(override: str, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        load_config(None, [override])


def test_set_cannot_reach_into_a_value(tmp_path: Path) -> None:
    file = write(tmp_path / "run.toml", "[model]\nunits = 7\n")
    with pytest.raises(ConfigError, match=r"--set model\.units\.x=1: units is a value, not a section"):
        load_config(file, ["model.units.x=1"])


def test_set_wins_over_the_file_and_the_last_set_over_the_first(tmp_path: Path) -> None:
    file = write(tmp_path / "run.toml", "[model]\nunits = 7\nlayers = 2\n")
    config = load_config(file, ["model.units=8", "model.units=9"])
    assert (config.model.units, config.model.layers) == (9, 2)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("run.toml", "[model\n", "is not valid TOML"),
        ("run.json", "{", "is not valid JSON"),
        ("run.toml", b"[data]\ntrain = '\xff'\n", "is not valid TOML"),
        ("run.json", "[1]", "must hold a table of sections, such as [model]"),
    ],
)
def test_a_file_that_is_no_configuration_is_named(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"{tmp_path / name} {message}")):
        load_config(write(tmp_path / name, content))


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"cannot read the configuration {tmp_path / name}: ")):
        load_config(tmp_path / name)


def any_config(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a setting's type; of a section, any value for each of its settings."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{field.name: any_config(hints[field.name]) for field in fields(kind)})
    return st.floats(allow_nan=False) if kind is float else st.from_type(kind)


def leaves(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


@settings(deadline=None, max_examples=40)
@given(any_config(TrainingConfig))
def test_any_configuration_comes_back_from_json_and_from_set(config: TrainingConfig) -> None:
    tree = config_to_dict(config)
    assert config_from_dict(json.loads(json.dumps(tree))) == config
    assert load_config(None, [f"{path}={value}" for path, value in leaves(tree)]) == config
