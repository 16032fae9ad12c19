"""How a version directory comes into being at once: written under a hidden name beside its target, then renamed."""

import errno
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from training.errors import ExportError
from training.export.layout import is_version

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def check_target(repository: Path, name: str, version: int) -> None:
    """Find out before hours of training whether the result can have its name and number.

    Raises:
        ExportError: the name is not one that the service accepts, or the version is negative or taken.
    """
    if not _NAME.fullmatch(name):
        raise ExportError(
            f"model name {name!r} must be 1 to 128 letters, digits, '.', '_' or '-', the first a letter or digit; "
            "give another with --name"
        )
    if version < 0:
        raise ExportError(f"export.version must be positive, or 0 for the next free one; got {version}")
    target = repository / name / str(version)
    if version and target.exists():
        raise ExportError(f"{target} exists, and a version never changes; choose another number, or 0 for the next one")


@contextmanager
def staging_directory(model_directory: Path) -> Iterator[Path]:
    """A hidden sibling of the versions; whatever is still there at the end, Ctrl-C included, is removed.

    So are the directories made for it when no version came into them: the service reports a model without versions.

    Raises:
        ExportError: it cannot be made there.
    """
    staging = model_directory / f".staging-{uuid.uuid4().hex}"
    with _writing(staging):
        made = [directory for directory in (model_directory, *model_directory.parents) if not directory.exists()]
        staging.mkdir(parents=True)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        with suppress(OSError):  # the innermost one that holds something, and all above it, stay
            for directory in made:
                directory.rmdir()


def publish(staging: Path, model_directory: Path, version: int, prepare: Callable[[int], None]) -> Path:
    """Rename the staging directory to its version.

    Args:
        staging: complete but for its version number.
        model_directory: where the versions stand.
        version: the number wanted; 0 for one more than the highest there, whoever else is exporting at the time.
        prepare: writes a number into the staging directory, before each try.

    Raises:
        ExportError: the wanted version exists.
    """
    while True:
        number = version or next_version(model_directory)
        prepare(number)
        target = model_directory / str(number)
        try:
            # Atomic, and refused by the system when the target is there and not empty.
            staging.rename(target)
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
                raise ExportError(f"cannot publish {target}: {error.strerror}") from error
            if version:
                raise ExportError(f"{target} has come into being meanwhile; choose another version") from error
        else:
            return target


def next_version(model_directory: Path) -> int:
    """One more than the highest number there, 1 when there is none."""
    return max((int(entry.name) for entry in model_directory.iterdir() if is_version(entry.name)), default=0) + 1


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExportError(f"cannot write {place}: {error.strerror}; give another place with --repository") from error
