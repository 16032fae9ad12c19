"""Which version answers a call that does not say: by weights, and the same one for the same routing key."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass

from service.versioning.labels import is_label

SPLIT_EXPECTED = "VERSION:WEIGHT,… or LABEL:WEIGHT,… such as stable:90,canary:10"
SHADOW_EXPECTED = "VERSION:SHARE or LABEL:SHARE, a share above 0 and up to 1, such as canary:0.1"

Target = int | str
"""A version by its number, or by a label."""


@dataclass(frozen=True, slots=True)
class TrafficSplit:
    """The targets, each once, with their weights, above 0 each.

    A point of the line from 0 to 1 belongs to one target, by the weights in order: a key keeps its target when weights
    change, but for those keys whose part of the line changes hands.
    """

    weights: tuple[tuple[Target, float], ...]

    def choose(self, point: float, is_usable: Callable[[Target], bool]) -> Target | None:
        """The target that a point from 0 to 1 (excluded) belongs to, among those that are usable; None without any."""
        usable = [(target, weight) for target, weight in self.weights if is_usable(target)]
        rest = point * sum(weight for _, weight in usable)
        for target, weight in usable:
            rest -= weight
            if rest < 0:
                return target
        return usable[-1][0] if usable else None  # by rounding


@dataclass(frozen=True, slots=True)
class Shadow:
    """A share of the calls, above 0 and up to 1, is copied to the target, whose answers are compared only."""

    target: Target
    share: float


@dataclass(frozen=True, slots=True)
class Traffic:
    """Who answers the calls of a model that name no version, and who is shown copies of calls; None for nobody else."""

    split: TrafficSplit | None = None
    shadow: Shadow | None = None

    def targets(self) -> list[Target]:
        """Everyone that calls may be sent to."""
        split = [] if self.split is None else [target for target, _ in self.split.weights]
        return split + ([] if self.shadow is None else [self.shadow.target])


def point_of(model: str, key: str) -> float:
    """The point from 0 to 1 (excluded) of a routing key, the same in every process and for ever.

    Models have points of their own: who gets the new version of one model is not who gets those of all others.
    """
    digest = hashlib.blake2b(f"{model}\0{key}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest) >> 11) / 2**53


def parse_split(text: str) -> TrafficSplit:
    """Read a split as settings spell it.

    Raises:
        ValueError: it is not of that form, or has a target twice.
    """
    weights = [_parse_part(part, math.inf, SPLIT_EXPECTED) for part in text.split(",")]
    if len({target for target, _ in weights}) < len(weights):
        raise ValueError(SPLIT_EXPECTED)
    return TrafficSplit(tuple(weights))


def parse_shadow(text: str) -> Shadow:
    """Read a shadow as settings spell it.

    Raises:
        ValueError: it is not of that form.
    """
    return Shadow(*_parse_part(text, 1.0, SHADOW_EXPECTED))


def _parse_part(text: str, most: float, expected: str) -> tuple[Target, float]:
    target, _, number = text.partition(":")
    try:
        value = float(number)
    except ValueError:
        value = 0.0
    if not 0 < value <= most or math.isinf(value):
        raise ValueError(expected)
    if target.isascii() and target.isdecimal() and 0 < int(target) < 10**18:
        return int(target), value
    if not is_label(target):
        raise ValueError(expected)
    return target, value
