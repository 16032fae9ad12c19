"""What the operator set about versions before the server started."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.versioning import labels, policy
from service.versioning.labels import parse_labels
from service.versioning.per_model import PerModel, per_model
from service.versioning.policy import VersionPolicy, parse_policy

Policies = PerModel[VersionPolicy]
Labels = PerModel[Mapping[str, int]]

NEWEST = Policies(text="latest")
NO_LABELS = Labels()

parse_policies = per_model(parse_policy, policy.EXPECTED, with_default=True)
parse_all_labels = per_model(parse_labels, labels.EXPECTED)


@dataclass(frozen=True, slots=True)
class Versioning:
    """Which versions of each model are served, and under which labels."""

    policies: Policies = NEWEST
    labels: Labels = NO_LABELS

    def policy(self, model: str) -> VersionPolicy:
        """The policy of a model; by default the newest version is served."""
        return self.policies.of(model) or VersionPolicy()

    def named(self) -> list[str]:
        """The models that the settings name, in order."""
        return sorted({*self.policies.values, *self.labels.values})

    def numbers(self, model: str) -> frozenset[int]:
        """The versions of a model that the settings name."""
        return frozenset((self.policy(model).numbers or set()) | set((self.labels.of(model) or {}).values()))
