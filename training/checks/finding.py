"""One thing that a check found: how bad it is, what it is in numbers, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_SHOWN = 5


class Severity(StrEnum):
    """Info needs no action; a warning may spoil the model or its figures; with an error nothing can be trained."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes:
        severity: how bad it is.
        code: a fixed name for programs, such as `leakage`.
        part: the part it was found in: train, dev or test.
        message: what was found, with numbers.
        remedy: what to do about it; empty when nothing.
        examples: the first few places, as `file:line`, or names.
    """

    severity: Severity
    code: str
    part: str
    message: str
    remedy: str = ""
    examples: tuple[str, ...] = ()


def first(examples: Iterable[str]) -> tuple[str, ...]:
    """The first few, enough to look at."""
    return tuple(example for example, _ in zip(examples, range(_SHOWN), strict=False))


def share(part: int, whole: int) -> str:
    """`12 of 300 (4.0 %)`."""
    return f"{part:,} of {whole:,} ({part / whole:.1%})".replace("%)", " %)") if whole else f"{part:,} of 0"


def counted(count: int, noun: str) -> str:
    """`1 row`, `2 rows`, `2 classes`."""
    plural = noun + ("es" if noun.endswith("s") else "s")
    return f"{count:,} {noun if count == 1 else plural}"
