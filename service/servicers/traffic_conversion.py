"""Pure functions between the traffic messages of `textgate.v1` and the service's types."""

import math

from service.errors import InvalidArgumentError, Violation
from service.types import ShadowCounts
from service.versioning.traffic import Shadow, Target, Traffic, TrafficSplit
from textgate.v1 import model_service_pb2


def to_traffic(message: model_service_pb2.Traffic) -> Traffic:
    """Read which versions answer whom.

    Raises:
        InvalidArgumentError: a target is missing or twice there, or a number is out of its range.
    """
    split = tuple(_to_weight(share, f"traffic.split[{index}]") for index, share in enumerate(message.split))
    if len({target for target, _ in split}) < len(split):
        raise _invalid("traffic.split", "has a target twice")
    return Traffic(TrafficSplit(split) if split else None, _to_shadow(message))


def from_traffic(traffic: Traffic, counts: ShadowCounts) -> model_service_pb2.Traffic:
    """Write which versions answer whom, and what came of copies."""
    message = model_service_pb2.Traffic()
    for target, weight in () if traffic.split is None else traffic.split.weights:
        share = message.split.add(weight=weight)
        _put_target(share, target)
    if traffic.shadow is not None:
        shadow = message.shadow
        shadow.share = traffic.shadow.share
        _put_target(shadow, traffic.shadow.target)
        shadow.compared_texts, shadow.disagreeing_texts = counts.compared_texts, counts.disagreeing_texts
        shadow.dropped_calls, shadow.failed_calls = counts.dropped_calls, counts.failed_calls
    return message


def _to_weight(share: model_service_pb2.TrafficShare, field: str) -> tuple[Target, float]:
    if not 0 < share.weight < math.inf:
        raise _invalid(f"{field}.weight", f"must be above 0, not {share.weight}")
    return _to_target(share, field), share.weight


def _to_shadow(message: model_service_pb2.Traffic) -> Shadow | None:
    if not message.HasField("shadow"):
        return None
    if not 0 < message.shadow.share <= 1:
        raise _invalid("traffic.shadow.share", f"must be above 0 and at most 1, not {message.shadow.share}")
    return Shadow(_to_target(message.shadow, "traffic.shadow"), message.shadow.share)


def _to_target(message: model_service_pb2.TrafficShare | model_service_pb2.ShadowTraffic, field: str) -> Target:
    if message.WhichOneof("version_choice") == "version_label" and message.version_label:
        return message.version_label
    if message.version < 1:
        raise _invalid(field, "must name a version above 0 or a version label")
    return message.version


def _put_target(message: model_service_pb2.TrafficShare | model_service_pb2.ShadowTraffic, target: Target) -> None:
    if isinstance(target, int):
        message.version = target
    else:
        message.version_label = target


def _invalid(field: str, description: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"{field} {description}", (Violation(field, description),))
