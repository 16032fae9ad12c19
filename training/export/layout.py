"""Where things stand inside a version directory, and in a model repository."""

from pathlib import Path

from training.errors import ExportError

MODEL_INFO = "assets.extra/model.json"
CONFIG = "assets.extra/config.json"
GOLDEN = "assets.extra/golden.jsonl"
WARMUP = "assets.extra/tf_serving_warmup_requests"
REPORT = "assets.extra/report"


def versions(model_directory: Path) -> list[int]:
    """The versions that stand in a model directory, ascending; anything not named by a positive integer is none."""
    if not model_directory.is_dir():
        return []
    names = (entry.name for entry in model_directory.iterdir() if entry.is_dir())
    return sorted(int(name) for name in names if is_version(name))


def is_version(name: str) -> bool:
    """Whether a directory of that name is a version: 1, 2, 30, but neither 0 nor 007."""
    return name.isascii() and name.isdigit() and not name.startswith("0")


def find_version_directory(path: Path) -> Path:
    """The version directory itself, or the newest version of a model directory.

    Raises:
        ExportError: it is neither.
    """
    if (path / MODEL_INFO).is_file():
        return path
    if not path.is_dir():
        raise ExportError(f"{path} does not exist; give the directory of a version, such as models/news/1")
    numbers = versions(path)
    if not numbers:
        raise ExportError(f"{path} holds no exported version: neither {MODEL_INFO} nor a numbered directory with it")
    return find_version_directory(path / str(numbers[-1]))
