"""model.json: one textgate.v1.ModelInfo as protobuf JSON, written by the export and read by whoever opens a version."""

from importlib import metadata
from pathlib import Path

from google.protobuf import json_format

from textgate.v1.model_info_pb2 import ModelInfo
from training.errors import ExportError
from training.export.layout import MODEL_INFO

SCHEMA_VERSION = 1
_LIBRARIES = ("tensorflow", "tensorflow-cpu", "keras", "numpy", "scikit-learn", "protobuf")


def write_model_info(directory: Path, info: ModelInfo) -> None:
    """Write model.json; fields stand in the order of their numbers, so schema_version comes first."""
    text = json_format.MessageToJson(
        info,
        always_print_fields_with_no_presence=True,
        preserving_proto_field_name=True,
        indent=2,
        ensure_ascii=False,
    )
    path = directory / MODEL_INFO
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def read_model_info(directory: Path) -> ModelInfo:
    """Read model.json, unknown fields ignored.

    Raises:
        ExportError: it is missing, is not a ModelInfo, or has a schema newer than this program knows.
    """
    path = directory / MODEL_INFO
    try:
        info = json_format.Parse(path.read_text(encoding="utf-8"), ModelInfo(), ignore_unknown_fields=True)
    except OSError as error:
        raise ExportError(f"cannot read {path}: {error.strerror}; is {directory} an exported version?") from error
    except (json_format.ParseError, UnicodeDecodeError) as error:
        raise ExportError(f"{path} is not a ModelInfo: {error}; export the version again") from error
    if not 1 <= info.schema_version <= SCHEMA_VERSION:
        raise ExportError(
            f"{path} has schema_version {info.schema_version}, and this Textgate reads 1 to {SCHEMA_VERSION}; "
            "install a newer Textgate or export the version again"
        )
    return info


def library_versions() -> dict[str, str]:
    """Package name to installed version, for the packages that a result may depend on."""
    installed = {}
    for name in _LIBRARIES:
        try:
            installed[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # only one of the two TensorFlow builds is there
            continue
    return installed
