"""Which versions of a model should be in service: what the policy says, what is pinned, what was taken out."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from service.models.repository import RepositoryListing, RepositoryProblem
from service.versioning.settings import Versioning


@dataclass(frozen=True, slots=True)
class Aspiration:
    """What should be in service of one model.

    Attributes:
        candidates: to be tried in this order until `most` of them are in service; None for all.
        most: see there.
        pinned: to be in service besides; these stay though they are gone from the disk, while others are there.
        barred: not to be in service, whatever else is.
    """

    candidates: list[int]
    most: int | None
    pinned: list[int]
    barred: frozenset[int]


@dataclass(slots=True)
class Wishes:
    """What an operator asked for since the server started, of one model."""

    wanted: set[int] = field(default_factory=set)
    unwanted: set[int] = field(default_factory=set)
    none_at_all: bool = False


class AspiredVersions:
    """Belongs to the event loop.

    Args:
        versioning: the policies, and the labels that were set at the start.
        pinned: the versions of a model that calls may ask for by something else than their number.
    """

    def __init__(self, versioning: Versioning, pinned: Callable[[str], frozenset[int]]) -> None:
        self._versioning = versioning
        self._pinned = pinned
        self._wishes: dict[str, Wishes] = {}

    def of(self, name: str, on_disk: Collection[int], served: Collection[int]) -> Aspiration:
        """What should be in service of a model, given the versions on disk and those in service."""
        wishes = self._wishes.get(name, Wishes())
        if wishes.none_at_all:
            return Aspiration([], 0, [], frozenset(served))
        policy = self._versioning.policy(name)
        allowed = set(on_disk) - wishes.unwanted
        pinned = (self._pinned(name) | wishes.wanted) & (allowed | set(served)) if on_disk else frozenset()
        return Aspiration(
            policy.candidates(allowed), policy.most, sorted(pinned, reverse=True), frozenset(wishes.unwanted)
        )

    def want(self, name: str, version: int | None) -> None:
        """Have a version in service whatever the policy says; without one, have the model served by its policy."""
        wishes = self._wishes.setdefault(name, Wishes())
        wishes.none_at_all = False
        if version is None:
            wishes.unwanted.clear()
        else:
            wishes.wanted.add(version)
            wishes.unwanted.discard(version)

    def reject(self, name: str, version: int | None) -> None:
        """Have a version, or without one the whole model, out of service until it is wanted again."""
        wishes = self._wishes.setdefault(name, Wishes())
        if version is None:
            self._wishes[name] = Wishes(none_at_all=True)
        else:
            wishes.wanted.discard(version)
            wishes.unwanted.add(version)

    def unwant(self, name: str, version: int) -> None:
        """Leave a version to the policy again."""
        if wishes := self._wishes.get(name):
            wishes.wanted.discard(version)

    def is_rejected(self, name: str, version: int) -> bool:
        """Whether a version is to be out of service."""
        wishes = self._wishes.get(name, Wishes())
        return wishes.none_at_all or version in wishes.unwanted

    def forget_missing(self, name: str, on_disk: Collection[int], served: Collection[int]) -> None:
        """Forget what was said of versions that are gone: one that comes back with their number is another one."""
        if wishes := self._wishes.get(name):
            wishes.wanted &= set(on_disk)
            wishes.unwanted &= {*on_disk, *served}

    def missing(self, listing: RepositoryListing) -> Iterator[RepositoryProblem]:
        """What settings name and the repository has not."""
        for name in self._versioning.named():
            if name in listing.unreadable:
                continue
            if name not in listing.versions:
                yield RepositoryProblem(name, "is named by a setting, but the repository has no such model")
                continue
            for version in sorted(self._versioning.numbers(name) - set(listing.versions[name])):
                yield RepositoryProblem(name, f"version {version} is named by a setting, but not in the repository")
