"""Pure functions between the SDK's traffic types and the messages of the wire."""

import math

from textgate.errors import InvalidArgumentError, Violation
from textgate.types import Shadow, Traffic
from textgate.v1 import model_service_pb2


def traffic_message(traffic: Traffic) -> model_service_pb2.Traffic:
    """Build the message; the counts of the shadow are not sent.

    Raises:
        InvalidArgumentError: a version, weight or share that cannot be.
    """
    message = model_service_pb2.Traffic()
    for target, weight in traffic.split.items():
        if not 0 < weight < math.inf:
            raise _invalid("split", f"the weight of {target} must be above 0, not {weight}")
        _put_target(message.split.add(weight=weight), target, "split")
    if traffic.shadow is not None:
        if not 0 < traffic.shadow.share <= 1:
            raise _invalid("shadow", f"the share must be above 0 and at most 1, not {traffic.shadow.share}")
        message.shadow.share = traffic.shadow.share
        _put_target(message.shadow, traffic.shadow.target, "shadow")
    return message


def traffic(message: model_service_pb2.Traffic) -> Traffic:
    """Parse the message."""
    split = {_target(share): share.weight for share in message.split}
    return Traffic(split, _shadow(message.shadow) if message.HasField("shadow") else None)


def _shadow(message: model_service_pb2.ShadowTraffic) -> Shadow:
    return Shadow(
        target=_target(message),
        share=message.share,
        compared_texts=message.compared_texts,
        disagreeing_texts=message.disagreeing_texts,
        dropped_calls=message.dropped_calls,
        failed_calls=message.failed_calls,
    )


def _target(message: model_service_pb2.TrafficShare | model_service_pb2.ShadowTraffic) -> int | str:
    return message.version_label or message.version


def _put_target(
    message: model_service_pb2.TrafficShare | model_service_pb2.ShadowTraffic, target: int | str, field: str
) -> None:
    if isinstance(target, str):
        message.version_label = target
    elif 0 < target < 1 << 63:
        message.version = target
    else:
        raise _invalid(field, f"a version must be above 0 and fit into 64 bits, not {target}")


def _invalid(field: str, description: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"{field}: {description}", violations=(Violation(field, description),))
