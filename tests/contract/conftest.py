"""The versions that the contract is held against. Nothing here or in the tests beside knows the training code."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
from google.protobuf import json_format

from tests.exports import Export, has_ngrams
from textgate.v1.model_info_pb2 import ModelInfo

KINDS = (
    "bidirectional_lstm embedding multi_class",
    "bidirectional_lstm embedding multi_label",
    "bidirectional_lstm one_hot multi_class",
    "bidirectional_lstm one_hot multi_label",
    "transformer embedding multi_class",
)
MIXED_TEXTS = (
    "the match, a goal",
    "",
    "市场 and shares: 银行!",
    "unseen wörds ŽŽ only",
    "the software of a robot " * 20,
    "\t \n",
    "🙂 芯片",
    "שלום",
    "a\x00b \ufeff",
)


@dataclass(frozen=True)
class OpenVersion:
    """A version directory, opened with TensorFlow and the stubs of protos/ alone."""

    directory: Path
    export: Export
    info: ModelInfo
    module: Any

    @property
    def has_ngrams(self) -> bool:
        """Whether it was trained with an n-gram branch."""
        return has_ngrams(self.export.architecture, self.export.encoding, self.export.task)

    def run(self, signature: str, **inputs: Any) -> dict[str, npt.NDArray[Any]]:
        """Run a signature on arrays."""
        outputs = self.module.signatures[signature](**{name: tf.constant(value) for name, value in inputs.items()})
        return {name: tensor.numpy() for name, tensor in outputs.items()}

    def scores(self, texts: "list[str] | tuple[str, ...]") -> npt.NDArray[np.float32]:
        """Scores of texts in one batch."""
        return self.run("serving_default", text=[text.encode() for text in texts])["scores"]


@pytest.fixture(scope="session")
def open_version(exports: list[Export]) -> Callable[[str], OpenVersion]:
    """Open the version of a kind, once each."""
    opened: dict[str, OpenVersion] = {}
    by_kind = {f"{export.architecture} {export.encoding} {export.task}": export for export in exports}

    def open_one(kind: str) -> OpenVersion:
        if kind not in opened:
            export = by_kind[kind]
            text = (export.directory / "assets.extra/model.json").read_text(encoding="utf-8")
            info = json_format.Parse(text, ModelInfo())
            opened[kind] = OpenVersion(export.directory, export, info, tf.saved_model.load(str(export.directory)))
        return opened[kind]

    return open_one


@pytest.fixture(params=KINDS)
def version(request: pytest.FixtureRequest, open_version: Callable[[str], OpenVersion]) -> OpenVersion:
    """Each version in turn."""
    return open_version(request.param)
