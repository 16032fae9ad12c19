"""Export: everything is written and verified before a version exists under its number."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from google.protobuf import json_format

from textgate.v1.model_info_pb2 import Label, ModelInfo
from training.config import TrainingConfig, config_from_dict
from training.errors import ExportError
from training.examples import Task
from training.export import exporter
from training.export.exporter import VersionContent, export_saved_model
from training.export.layout import versions
from training.export.publish import staging_directory
from training.export.signatures import build_module
from training.export.verify import verify

CONFIG = config_from_dict({"model": {"units": 7}, "export": {"name": "news"}})
REPORT = {"report.html": "<html>", "metrics.json": "{}", "MODEL_CARD.md": "# 好\n"}


class Classify:
    """A network of no weights: it counts tokens, or, where it is broken, rolls dice."""

    variables: tuple[Any, ...] = ()

    def __init__(self, broken: bool = False) -> None:
        self._broken = broken

    def __call__(self, token_ids: tf.Tensor, training: bool) -> tf.Tensor:
        count = tf.reduce_sum(tf.cast(token_ids > 0, tf.float32), axis=1)
        noise = tf.random.uniform(tf.shape(count)) if self._broken else 0.0
        return tf.stack([count * 0.1, noise - count * 0.1], axis=1)


def words(text: tf.Tensor) -> dict[str, tf.Tensor]:
    tokens = tf.strings.split(text)
    ids = (
        tf.ones_like(tokens[:, :5].to_tensor(), tf.int32)
        * tf.sequence_mask(tokens.row_lengths(), dtype=tf.int32)[:, :5]
    )
    token_ids = tf.pad(ids, [[0, 0], [0, tf.maximum(0, 1 - tf.shape(ids)[1])]])
    return {"token_ids": token_ids, "length": tf.cast(tokens.row_lengths(), tf.int32)}


def content(broken: bool = False) -> VersionContent:
    info = ModelInfo(
        schema_version=1,
        name="news",
        task=ModelInfo.MULTI_CLASS,
        labels=[Label(name="a"), Label(name="b")],
        max_tokens=5,
    )
    module = build_module(Classify(broken), words, ["a", "b"], Task.MULTI_CLASS, 1.0)
    return VersionContent(module, info, CONFIG, [f"text number {number}" for number in range(20)], REPORT)


def export(model: Path, version: int = 0, broken: bool = False) -> Path:
    with staging_directory(model) as staging:
        return export_saved_model(content(broken), staging, version)


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What stood there at the moment of verification, which itself is left out: test_verify.py has it."""
    seen: list[dict[str, Any]] = []

    def look(staging: Path) -> None:
        files = {path.relative_to(staging).as_posix() for path in staging.rglob("*") if path.is_file()}
        seen.append({"files": files, "versions": versions(staging.parent), "info": model_info(staging)})

    monkeypatch.setattr(exporter, "verify_in_fresh_process", look)
    return seen


def model_info(directory: Path) -> ModelInfo:
    text = (directory / "assets.extra/model.json").read_text(encoding="utf-8")
    return json_format.Parse(text, ModelInfo())


def test_a_version_is_complete_when_it_is_verified_and_published_only_then(
    tmp_path: Path, verified: list[dict[str, Any]]
) -> None:
    directory = export(tmp_path / "news")
    (seen,) = verified
    assert seen["versions"] == []
    assert seen["files"] == {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()}
    assert seen["info"].sha256 == model_info(directory).sha256
    assert seen["info"].sha256.keys() == seen["files"] - {"assets.extra/model.json"}
    assert directory == tmp_path / "news/1"


def test_config_and_report_are_those_given(tmp_path: Path, verified: list[dict[str, Any]]) -> None:
    extra = export(tmp_path / "news") / "assets.extra"
    assert (
        config_from_dict(json.loads((extra / "config.json").read_text(encoding="utf-8"))) == CONFIG != TrainingConfig()
    )
    assert {file.name: file.read_text(encoding="utf-8") for file in (extra / "report").iterdir()} == REPORT


@pytest.mark.parametrize(("wanted", "number"), [(7, 7), (0, 4)])
def test_model_json_names_the_version_that_it_became(
    tmp_path: Path, verified: list[dict[str, Any]], wanted: int, number: int
) -> None:
    (tmp_path / "news/3").mkdir(parents=True)
    directory = export(tmp_path / "news", wanted)
    assert directory == tmp_path / f"news/{number}"
    assert model_info(directory).version == number


def test_a_version_that_does_not_score_as_the_network_did_is_never_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporter, "verify_in_fresh_process", verify)  # in this process: that is quicker
    with pytest.raises(ExportError, match="golden texts scored in one batch differ from what is expected"):
        export(tmp_path / "news", broken=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("step", ["save_module", "write_golden", "write_warmup_requests", "digest_files"])
def test_ctrl_c_at_any_step_leaves_nothing_behind(
    tmp_path: Path, verified: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    done: Callable[..., Any] = getattr(exporter, step)

    def interrupted(*arguments: Any) -> None:
        done(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(exporter, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        export(tmp_path / "models/news")
    assert list(tmp_path.iterdir()) == []
