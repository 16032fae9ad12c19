"""Reads what an exported version says of itself: assets.extra/model.json."""

import json
from pathlib import Path
from typing import Any

from google.protobuf import json_format

from service.models.digests import MODEL_INFO_PATH
from service.servable import ModelLoadError
from textgate.v1.model_info_pb2 import ModelInfo

SCHEMA_VERSION = 1


def read_model_info(directory: Path) -> ModelInfo:
    """Read and check the ModelInfo of a version directory.

    Raises:
        ModelLoadError: it is missing, unreadable, of a newer schema, or says too little to serve by.
    """
    tree = _read_json(directory / MODEL_INFO_PATH)
    _check_schema_version(tree)  # before parsing: a newer schema may well not parse
    try:
        info = json_format.ParseDict(tree, ModelInfo(), ignore_unknown_fields=True)
    except json_format.ParseError as error:
        raise ModelLoadError(f"{MODEL_INFO_PATH} is not a ModelInfo: {error}") from error
    _check_content(info)
    return info


def _read_json(path: Path) -> dict[str, Any]:
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelLoadError(f"{MODEL_INFO_PATH} is missing: this is no version that Textgate exported") from error
    except OSError as error:
        raise ModelLoadError(f"cannot read {MODEL_INFO_PATH}: {error.strerror}") from error
    except ValueError as error:
        raise ModelLoadError(f"{MODEL_INFO_PATH} is not valid JSON: {error}") from error
    if not isinstance(tree, dict):
        raise ModelLoadError(f"{MODEL_INFO_PATH} must hold a JSON object")
    return tree


def _check_schema_version(tree: dict[str, Any]) -> None:
    version = tree.get("schemaVersion", tree.get("schema_version"))
    if not isinstance(version, int) or version < 1:
        raise ModelLoadError(f"{MODEL_INFO_PATH} has no valid schema_version: {version!r}")
    if version > SCHEMA_VERSION:
        raise ModelLoadError(
            f"{MODEL_INFO_PATH} has schema_version {version}; this server knows {SCHEMA_VERSION}: upgrade the server"
        )


def _check_content(info: ModelInfo) -> None:
    names = [label.name for label in info.labels]
    if not names or len(set(names)) != len(names):
        raise ModelLoadError(f"{MODEL_INFO_PATH}: labels must be given, each once")
    if info.task not in (ModelInfo.MULTI_CLASS, ModelInfo.MULTI_LABEL):
        raise ModelLoadError(f"{MODEL_INFO_PATH}: task must be MULTI_CLASS or MULTI_LABEL")
    if info.max_tokens < 1:
        raise ModelLoadError(f"{MODEL_INFO_PATH}: max_tokens must be at least 1")
