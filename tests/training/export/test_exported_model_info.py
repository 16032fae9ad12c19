"""model.json: schema first, readable by people, strict about its version and lenient about what it does not know."""

import json
from importlib import metadata
from pathlib import Path

import pytest

from textgate.v1.model_info_pb2 import Label, ModelInfo
from training.errors import ExportError
from training.export.model_info import SCHEMA_VERSION, library_versions, read_model_info, write_model_info

INFO = ModelInfo(
    schema_version=1,
    name="news",
    task=ModelInfo.MULTI_CLASS,
    labels=[Label(name="科技")],
    test_metrics={"accuracy": 0.5},
)


def model_json(directory: Path) -> Path:
    return directory / "assets.extra/model.json"


def write(directory: Path, content: str | bytes) -> Path:
    model_json(directory).parent.mkdir()
    model_json(directory).write_bytes(content.encode() if isinstance(content, str) else content)
    return directory


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_model_info(tmp_path, INFO)
    assert read_model_info(tmp_path) == INFO


def test_the_file_has_schema_version_first_names_of_the_proto_and_readable_labels(tmp_path: Path) -> None:
    write_model_info(tmp_path, INFO)
    text = model_json(tmp_path).read_text(encoding="utf-8")
    fields = json.loads(text)
    assert next(iter(fields)) == "schema_version"
    assert fields["task"] == "MULTI_CLASS"
    assert fields["labels"] == [{"name": "科技", "threshold": 0.0}]
    assert "科技" in text


def test_fields_of_a_later_program_with_the_same_schema_are_ignored(tmp_path: Path) -> None:
    info = read_model_info(write(tmp_path, '{"schema_version": 1, "name": "news", "mood": "good"}'))
    assert info == ModelInfo(schema_version=1, name="news")


@pytest.mark.parametrize("schema_version", [SCHEMA_VERSION + 1, 0, -1])
def test_another_schema_is_refused_with_a_remedy(tmp_path: Path, schema_version: int) -> None:
    write(tmp_path, json.dumps({"schema_version": schema_version}))
    message = rf"model\.json has schema_version {schema_version}, and this Textgate reads 1 to 1; install a newer"
    with pytest.raises(ExportError, match=message):
        read_model_info(tmp_path)


@pytest.mark.parametrize("content", ["{}", "[]"])
def test_a_file_without_schema_version_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(ExportError, match="has schema_version 0"):
        read_model_info(write(tmp_path, content))


@pytest.mark.parametrize("content", ["{", "3", '{"schema_version": "one"}', '{"labels": 3}', b"\xff{}"])
def test_what_is_no_model_info_is_named(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(ExportError, match=r"model\.json is not a ModelInfo: .*; export the version again"):
        read_model_info(write(tmp_path, content))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"cannot read .*model\.json: No such file .*; is .* an exported version"):
        read_model_info(tmp_path)


def test_library_versions_are_those_installed() -> None:
    found = library_versions()
    assert {"keras", "numpy", "protobuf"} <= found.keys()
    assert {"tensorflow", "tensorflow-cpu"} & found.keys()
    assert found == {name: metadata.version(name) for name in found}
