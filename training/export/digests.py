"""SHA-256 of the files of a version directory."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from training.errors import ExportError
from training.export.layout import MODEL_INFO


def digest_files(directory: Path) -> dict[str, str]:
    """Hexadecimal SHA-256 of every file but model.json, by path relative to the directory, with forward slashes."""
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    names = {path.relative_to(directory).as_posix(): path for path in files}
    return {name: _sha256(path) for name, path in names.items() if name != MODEL_INFO}


def check_digests(directory: Path, expected: Mapping[str, str]) -> None:
    """Hold a directory against the digests its model.json names.

    Raises:
        ExportError: a file is missing, was changed, or was added; the message names it.
    """
    found = digest_files(directory)
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            raise ExportError(f"{directory}: {name} is missing; export or copy the version again")
        if name not in expected:
            raise ExportError(f"{directory}: {name} does not belong to this version; remove it")
        if found[name] != expected[name]:
            raise ExportError(f"{directory}: {name} was changed after the export; export or copy the version again")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
