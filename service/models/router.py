"""From what a call says of the version it means to the version in service."""

import random
from collections.abc import Callable

from service.errors import NotFoundError
from service.models.catalog import Catalog
from service.models.served_model import ServedModel
from service.types import ModelSpec
from service.versioning.settings import Versioning
from service.versioning.traffic import Target, Traffic, TrafficSplit, point_of


class Router:
    """Holds the labels, and which versions answer whom. Belongs to the event loop.

    A label is on one version at a time, and moves at once: no call sees it on neither or on both.

    Args:
        catalog: knows what is in service.
        versioning: labels and traffic at the start, whether or not their versions are in service yet.
        draw: a random number from 0 to 1 (excluded), for calls that have no routing key.
    """

    def __init__(self, catalog: Catalog, versioning: Versioning, draw: Callable[[], float] = random.random) -> None:
        self._catalog = catalog
        self._labels = {name: dict(labels) for name, labels in versioning.labels.values.items()}
        self._traffic = {name: versioning.traffic(name) for name in versioning.named()}
        self._draw = draw

    def find(self, spec: ModelSpec) -> ServedModel:
        """The version in service that `spec` means; without a choice by the model's split, else the newest.

        Raises:
            InvalidArgumentError: no name, and several models to choose from.
            NotFoundError: no such model, version or label.
            UnavailableError: there is one, but it is not in service.
        """
        name = spec.name or self._catalog.only_name()
        version = spec.version
        if spec.version_label is not None:
            version = self._labelled(name, spec.version_label)
        elif version is None and (split := self.traffic(name).split):
            version = self._choose(name, split, spec.routing_key)
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

    def direct(self, name: str, traffic: Traffic) -> None:
        """Say which versions of a model answer whom from now on."""
        self._traffic[name] = traffic

    def traffic(self, name: str) -> Traffic:
        """Which versions of a model answer whom."""
        return self._traffic.get(name, Traffic())

    def version_of(self, name: str, target: Target) -> int | None:
        """The version that a target means; None for a label that is on none."""
        return target if isinstance(target, int) else self._labels.get(name, {}).get(target)

    def pinned(self, name: str) -> frozenset[int]:
        """The versions of a model that calls get by something else than asking for their number."""
        targets = {target for target in self.traffic(name).targets() if isinstance(target, int)}
        return frozenset(targets.union(self._labels.get(name, {}).values()))

    def uses(self, name: str, version: int) -> list[str]:
        """What leads calls to a version, apart from its number: a phrase each."""
        uses = [f"label {label!r} is on version {version}" for label in self.labels_of(name, version)]
        if version in self.traffic(name).targets():
            uses.append(f"traffic is sent to version {version}")
        return uses

    def _labelled(self, name: str, label: str) -> int | None:
        labels = self._labels.get(name, {})
        if label in labels:
            return labels[label]
        if name not in self._catalog.names():
            return None  # the catalog says that there is no such model
        known = f"it has {', '.join(sorted(labels))}" if labels else "it has no version labels"
        raise NotFoundError(f"model {name!r} has no version label {label!r}: {known}")

    def _choose(self, name: str, split: TrafficSplit, routing_key: str) -> int | None:
        """The version that a call gets; None, which is the newest, where none of the targets is in service."""
        point = point_of(name, routing_key) if routing_key else self._draw()
        target = split.choose(point, lambda target: self._is_served(name, target))
        return None if target is None else self.version_of(name, target)

    def _is_served(self, name: str, target: Target) -> bool:
        version = self.version_of(name, target)
        return version is not None and self._catalog.is_served(name, version)
