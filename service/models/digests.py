"""Proof that a version directory holds, byte for byte, the files that training wrote."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from service.servable import ModelLoadError

MODEL_INFO_PATH = "assets.extra/model.json"


def verify_digests(directory: Path, sha256: Mapping[str, str]) -> None:
    """Compare every file of `directory` but model.json with its SHA-256 (hexadecimal, by relative POSIX path).

    Raises:
        ModelLoadError: a file is missing, changed, unreadable, or not listed.
    """
    present = {path.relative_to(directory).as_posix() for path in directory.rglob("*") if not path.is_dir()}
    present.discard(MODEL_INFO_PATH)
    for problem, names in (
        ("is listed in model.json but missing", sha256.keys() - present),
        ("is not listed in model.json; a version directory must stay as it was exported", present - sha256.keys()),
    ):
        if names:
            raise ModelLoadError(f"{min(names)} {problem}")
    for name in sorted(present):
        if _sha256(directory / name) != sha256[name].lower():
            raise ModelLoadError(f"{name} has been changed since export: its SHA-256 is not the one in model.json")


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelLoadError(f"cannot read {path.name}: {error.strerror}") from error
