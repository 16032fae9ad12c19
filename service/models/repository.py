"""The model repository as it stands on disk: <repository>/<model>/<version>/. Nothing here opens a model."""

import re
from dataclasses import dataclass
from pathlib import Path

MODEL_NAME = re.compile(r"[^\W_][\w.\-]{0,127}")  # letters and digits of any script
VERSION = re.compile(r"[1-9][0-9]{0,17}")  # without leading zeros, so that a number has one directory


@dataclass(frozen=True, slots=True)
class RepositoryProblem:
    """A directory that cannot be a model or a version; `reason` is a sentence for the operator."""

    model: str
    reason: str


@dataclass(frozen=True, slots=True)
class RepositoryListing:
    """What was found.

    Attributes:
        versions: the version numbers of each model, ascending.
        problems: what was found amiss.
        unreadable: models whose versions could not be listed, so that nobody knows which there are.
    """

    versions: dict[str, tuple[int, ...]]
    problems: tuple[RepositoryProblem, ...]
    unreadable: frozenset[str] = frozenset()


class RepositoryError(Exception):
    """The repository itself cannot be read."""


class Repository:
    """A directory of models.

    Plain files, the lost+found of a file system's root, and whatever begins with a dot or an underscore (unfinished
    exports, leftovers) are ignored.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def directory(self, model: str, version: int) -> Path:
        """Where a version lives."""
        return self.root / model / str(version)

    def scan(self) -> RepositoryListing:
        """Look at the directories, now.

        Raises:
            RepositoryError: the repository is missing or cannot be read.
        """
        versions: dict[str, tuple[int, ...]] = {}
        problems: list[RepositoryProblem] = []
        unreadable: set[str] = set()
        for directory in _directories(self.root):
            if not MODEL_NAME.fullmatch(directory.name):
                problems.append(
                    RepositoryProblem(
                        _printable(directory.name),
                        "is not a model name: 1 to 128 letters, digits, '_', '.' or '-', the first a letter or digit",
                    )
                )
                continue
            try:
                versions[directory.name], found = _scan_model(directory)
            except RepositoryError as error:
                unreadable.add(directory.name)
                found = [RepositoryProblem(directory.name, str(error))]
            problems.extend(found)
        return RepositoryListing(versions, tuple(problems), frozenset(unreadable))


def _scan_model(directory: Path) -> tuple[tuple[int, ...], list[RepositoryProblem]]:
    model = directory.name
    names = [child.name for child in _directories(directory)]
    problems = [
        RepositoryProblem(model, f"{_printable(name)!r} is not a version: expected a positive whole number")
        for name in names
        if not VERSION.fullmatch(name)
    ]
    versions = sorted(int(name) for name in names if VERSION.fullmatch(name))
    if not versions and not problems:
        problems.append(RepositoryProblem(model, "holds no version: expected a directory such as 1/"))
    return tuple(versions), problems


def _directories(parent: Path) -> list[Path]:
    try:
        children = sorted(parent.iterdir())
        return [child for child in children if not _is_ignored(child.name) and child.is_dir()]
    except OSError as error:
        raise RepositoryError(f"cannot read {parent}: {error.strerror}") from error


def _is_ignored(name: str) -> bool:
    return name.startswith((".", "_")) or name == "lost+found"


def _printable(name: str) -> str:
    """A name that can travel in a message: bytes that are no UTF-8 are shown escaped."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
