import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format

from service.models.model_info import read_model_info
from service.servable import ModelLoadError
from tests.service.tiny_version import tiny_info
from textgate.v1.model_info_pb2 import ModelInfo


def write(directory: Path, content: str | dict[str, Any]) -> Path:
    (directory / "assets.extra").mkdir()
    text = content if isinstance(content, str) else json.dumps(content)
    (directory / "assets.extra" / "model.json").write_text(text, encoding="utf-8")
    return directory


def tree(**changes: Any) -> dict[str, Any]:
    return {**json_format.MessageToDict(tiny_info()), **changes}


def test_model_info_is_read_in_either_spelling_of_its_keys(tmp_path: Path) -> None:
    camel, snake = tmp_path / "camel", tmp_path / "snake"
    camel.mkdir()
    snake.mkdir()
    info = tiny_info()
    assert read_model_info(write(camel, json_format.MessageToJson(info))) == info
    assert read_model_info(write(snake, json_format.MessageToJson(info, preserving_proto_field_name=True))) == info


def test_field_that_this_server_does_not_know_is_ignored(tmp_path: Path) -> None:
    assert read_model_info(write(tmp_path, tree(novelty=1))).name == "tiny"


def test_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match=r"model\.json is missing"):
        read_model_info(tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "not valid JSON"),
        ("[]", "must hold a JSON object"),
        ("{}", "no valid schema_version"),
        (tree(schemaVersion="1"), "no valid schema_version"),
        (tree(schemaVersion=0), "no valid schema_version"),
        (tree(schemaVersion=2, labels="of another type"), "schema_version 2; this server knows 1: upgrade"),
        (tree(labels=3), "is not a ModelInfo"),
        (tree(labels=[]), "labels must be given"),
        (tree(labels=[{"name": "a"}, {"name": "a"}]), "each once"),
        (tree(task="TASK_UNSPECIFIED"), "task must be"),
        (tree(maxTokens=0), "max_tokens"),
    ],
)
def test_unusable_file_is_reported(tmp_path: Path, content: str | dict[str, Any], reason: str) -> None:
    with pytest.raises(ModelLoadError, match=reason):
        read_model_info(write(tmp_path, content))


def test_encoding_other_than_utf8_is_reported(tmp_path: Path) -> None:
    write(tmp_path, "")
    (tmp_path / "assets.extra" / "model.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(ModelLoadError, match="not valid JSON"):
        read_model_info(tmp_path)


def test_multi_label_task_is_known(tmp_path: Path) -> None:
    assert read_model_info(write(tmp_path, tree(task="MULTI_LABEL"))).task == ModelInfo.MULTI_LABEL
