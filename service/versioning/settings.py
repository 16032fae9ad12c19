"""What the operator set about versions before the server started."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.versioning import labels, policy, traffic
from service.versioning.labels import parse_labels
from service.versioning.per_model import PerModel, per_model
from service.versioning.policy import VersionPolicy, parse_policy
from service.versioning.traffic import Shadow, Traffic, TrafficSplit, parse_shadow, parse_split

Policies = PerModel[VersionPolicy]
Labels = PerModel[Mapping[str, int]]
Splits = PerModel[TrafficSplit]
Shadows = PerModel[Shadow]

NEWEST = Policies(text="latest")
NO_LABELS = Labels()
NO_SPLITS = Splits()
NO_SHADOWS = Shadows()

parse_policies = per_model(parse_policy, policy.EXPECTED, with_default=True)
parse_all_labels = per_model(parse_labels, labels.EXPECTED)
parse_splits = per_model(parse_split, traffic.SPLIT_EXPECTED)
parse_shadows = per_model(parse_shadow, traffic.SHADOW_EXPECTED)


@dataclass(frozen=True, slots=True)
class Versioning:
    """Which versions of each model are served, under which labels, and which of them answer whom."""

    policies: Policies = NEWEST
    labels: Labels = NO_LABELS
    splits: Splits = NO_SPLITS
    shadows: Shadows = NO_SHADOWS

    def policy(self, model: str) -> VersionPolicy:
        """The policy of a model; by default the newest version is served."""
        return self.policies.of(model) or VersionPolicy()

    def named(self) -> list[str]:
        """The models that the settings name, in order."""
        settings = (self.policies, self.labels, self.splits, self.shadows)
        return sorted({name for setting in settings for name in setting.values})

    def numbers(self, model: str) -> frozenset[int]:
        """The versions of a model that the settings name by their numbers."""
        targets = {target for target in self.traffic(model).targets() if isinstance(target, int)}
        return frozenset(targets.union(self.policy(model).numbers or (), (self.labels.of(model) or {}).values()))

    def traffic(self, model: str) -> Traffic:
        """Which versions of a model answer whom."""
        return Traffic(self.splits.of(model), self.shadows.of(model))
