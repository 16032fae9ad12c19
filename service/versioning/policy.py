"""Which versions of a model to serve: from what is on disk to what to load."""

from collections.abc import Iterable
from dataclasses import dataclass

EXPECTED = "latest, latest:N, all, or version numbers such as 3,5"


@dataclass(frozen=True, slots=True)
class VersionPolicy:
    """Stateless: the same versions on disk always give the same plan.

    Attributes:
        most: serve so many versions, those first that are newest and not broken; None for all.
        numbers: serve none but these; None for any.
    """

    most: int | None = 1
    numbers: frozenset[int] | None = None

    def candidates(self, versions: Iterable[int]) -> list[int]:
        """Versions in the order in which to try them, until `most` are served."""
        return sorted((version for version in set(versions) if self._may_serve(version)), reverse=True)

    def _may_serve(self, version: int) -> bool:
        return self.numbers is None or version in self.numbers


def parse_policy(text: str) -> VersionPolicy:
    """Read a policy as settings spell it.

    Raises:
        ValueError: it is none of the forms.
    """
    word, colon, count = text.partition(":")
    if text == "all":
        return VersionPolicy(most=None)
    if word == "latest" and (not colon or _is_positive(count)):
        return VersionPolicy(most=int(count or 1))
    numbers = text.split(",")
    if not all(map(_is_positive, numbers)):
        raise ValueError(EXPECTED)
    return VersionPolicy(most=None, numbers=frozenset(map(int, numbers)))


def _is_positive(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text) < 10**18
