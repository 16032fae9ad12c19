"""Writes a complete version directory, has it verified in a fresh process, and publishes it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from textgate.v1.model_info_pb2 import ModelInfo
from training.config import TrainingConfig, config_to_dict
from training.export.digests import digest_files
from training.export.golden import GoldenSet, choose_golden_texts, write_golden
from training.export.layout import CONFIG, REPORT
from training.export.model_info import write_model_info
from training.export.publish import publish
from training.export.signatures import save_module
from training.export.verify import verify_in_fresh_process
from training.export.warmup import write_warmup_requests

_WARMUP_TEXTS = 8


@dataclass(frozen=True)
class VersionContent:
    """All that goes into a version directory.

    Attributes:
        module: what `build_module` gives.
        info: complete but for version and sha256.
        config: the resolved configuration of the run.
        sample_texts: real texts, some of which become golden.
        report: file name to text.
    """

    module: tf.Module
    info: ModelInfo
    config: TrainingConfig
    sample_texts: Sequence[str]
    report: Mapping[str, str]


def export_saved_model(content: VersionContent, staging: Path, version: int = 0) -> Path:
    """Write, verify and publish a version.

    Args:
        content: what to write.
        staging: what `staging_directory` of the model's directory gives.
        version: the version's number; 0 for the next free one.

    Returns:
        The version directory.

    Raises:
        ExportError: it cannot be written, or does not score in a fresh process as it does in this one.
    """
    _write(content, staging)
    digests = digest_files(staging)

    def describe(number: int) -> None:
        info = ModelInfo()
        info.CopyFrom(content.info)
        info.version = number
        info.sha256.update(digests)
        write_model_info(staging, info)

    describe(version or 1)
    verify_in_fresh_process(staging)
    return publish(staging, staging.parent, version, describe)


def write_config(config: TrainingConfig, directory: Path) -> None:
    """Write config.json: training from it again reproduces the run."""
    path = directory / CONFIG
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(config_to_dict(config), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _write(content: VersionContent, directory: Path) -> None:
    save_module(content.module, directory)
    golden = _score_golden(content.module, choose_golden_texts(content.sample_texts, content.info.max_tokens))
    write_golden(directory, golden)
    warmup = golden.texts[-_WARMUP_TEXTS:]
    write_warmup_requests(directory, content.info.name, [[text] for text in warmup] + [warmup])
    write_config(content.config, directory)
    report = directory / REPORT
    report.mkdir(parents=True, exist_ok=True)
    for name, text in content.report.items():
        (report / name).write_text(text, encoding="utf-8")


def _score_golden(module: Any, texts: tuple[str, ...]) -> GoldenSet:
    """Score each text alone, with the network that was trained and not with what was written.

    On a processor, as services do: a GPU rounds the factors of products (TensorFloat-32), in another batch otherwise.
    """
    with tf.device("CPU:0"):
        rows: list[npt.NDArray[np.float32]] = [module.trained_scores(tf.constant([text])).numpy()[0] for text in texts]
    return GoldenSet(texts, np.stack(rows))
