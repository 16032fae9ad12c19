"""From what a call says of the version it means to the version in service."""

from collections.abc import Mapping

from service.errors import NotFoundError
from service.models.catalog import Catalog
from service.models.served_model import ServedModel
from service.types import ModelSpec


class Router:
    """Holds the labels. Belongs to the event loop.

    A label is on one version at a time, and moves at once: no call sees it on neither or on both.

    Args:
        catalog: knows what is in service.
        labels: the version that each label of each model is on, whether or not that version is in service yet.
    """

    def __init__(self, catalog: Catalog, labels: Mapping[str, Mapping[str, int]]) -> None:
        self._catalog = catalog
        self._labels = {name: dict(of_model) for name, of_model in labels.items()}

    def find(self, spec: ModelSpec) -> ServedModel:
        """The version in service that `spec` means; without a choice the newest.

        Raises:
            InvalidArgumentError: no name, and several models to choose from.
            NotFoundError: no such model, version or label.
            UnavailableError: there is one, but it is not in service.
        """
        name = spec.name or self._catalog.only_name()
        version = spec.version if spec.version_label is None else self._labelled(name, spec.version_label)
        return self._catalog.find(name, version)

    def label(self, name: str, label: str, version: int | None) -> None:
        """Put a label on a version, or take it off."""
        labels = self._labels.setdefault(name, {})
        if version is None:
            labels.pop(label, None)
        else:
            labels[label] = version

    def labels(self, name: str) -> dict[str, int]:
        """The version that each label of a model is on."""
        return dict(self._labels.get(name, {}))

    def labels_of(self, name: str, version: int) -> tuple[str, ...]:
        """The labels of a version, in order."""
        return tuple(sorted(label for label, number in self._labels.get(name, {}).items() if number == version))

    def pinned(self, name: str) -> frozenset[int]:
        """The versions of a model that calls may ask for by something else than their number."""
        return frozenset(self._labels.get(name, {}).values())

    def uses(self, name: str, version: int) -> list[str]:
        """What leads calls to a version, apart from its number: a phrase each."""
        return [f"label {label!r} of version {version}" for label in self.labels_of(name, version)]

    def _labelled(self, name: str, label: str) -> int | None:
        labels = self._labels.get(name, {})
        if label in labels:
            return labels[label]
        if name not in self._catalog.names():
            return None  # the catalog says that there is no such model
        known = f"it has {', '.join(sorted(labels))}" if labels else "it has no version labels"
        raise NotFoundError(f"model {name!r} has no version label {label!r}: {known}")
