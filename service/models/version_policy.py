"""Which versions of a model to serve: pure functions from what is on disk to what to load."""

from collections.abc import Callable, Iterable

VersionPolicy = Callable[[Iterable[int]], list[int]]
"""Version numbers in the order in which to try them; the first that loads is served."""


def newest_first(versions: Iterable[int]) -> list[int]:
    """Serve the newest version, or the next older one where that is broken."""
    return sorted(set(versions), reverse=True)
