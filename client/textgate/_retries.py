"""When a failed call is made again. gRPC does it, by its service config; this says how."""

from dataclasses import dataclass
from typing import Any

from textgate._calls import CLASSIFY, CLASSIFY_STREAM, GET_MODEL, LIST_MODELS

# Tokens that failures take and successes earn back (gRFC A6): at half of them retrying stops. Enough for a burst of
# refusals that name their wait, too few to keep a server down.
THROTTLING = {"maxTokens": 100, "tokenRatio": 0.1}
# Health is left out: who asks how the server fares wants to know how it fares now.
RETRIED_METHODS = (CLASSIFY, CLASSIFY_STREAM, LIST_MODELS, GET_MODEL)
RETRIED_CODES = ("UNAVAILABLE", "RESOURCE_EXHAUSTED")
# gRPC never comes back from a wait that its random spread of 20 % rounds down to 0 ms (seen with grpcio 1.85).
SHORTEST_BACKOFF = 0.01


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Calls again after UNAVAILABLE and RESOURCE_EXHAUSTED, waiting as the server asks, or else by these numbers.

    A call's timeout covers all its attempts and waits. A stream is tried again only before its first answer.

    Attributes:
        max_attempts: the first included; 1 to 5 (gRPC allows no more), 1 for no retries.
        initial_backoff: seconds of the first wait, give or take a random fifth; at least 0.01.
        max_backoff: seconds that no wait is longer than, give or take a random fifth; at least 0.01.
        backoff_multiplier: by which the wait grows from attempt to attempt.

    Raises:
        ValueError: a value out of its range.
    """

    max_attempts: int = 4
    initial_backoff: float = 0.1
    max_backoff: float = 2.0
    backoff_multiplier: float = 2.0

    def __post_init__(self) -> None:
        if not 1 <= self.max_attempts <= 5:
            raise ValueError(f"RetryPolicy.max_attempts must be 1 to 5, not {self.max_attempts}")
        for name in ("initial_backoff", "max_backoff"):
            if not getattr(self, name) >= SHORTEST_BACKOFF:
                raise ValueError(f"RetryPolicy.{name} must be at least {SHORTEST_BACKOFF}, not {getattr(self, name)}")
        if not self.backoff_multiplier > 0:
            raise ValueError(f"RetryPolicy.backoff_multiplier must be above 0, not {self.backoff_multiplier}")

    def service_config(self) -> dict[str, Any]:
        """The same as a gRPC service config."""
        if self.max_attempts == 1:
            return {}
        policy = {
            "maxAttempts": self.max_attempts,
            "initialBackoff": f"{self.initial_backoff:.9f}s",
            "maxBackoff": f"{self.max_backoff:.9f}s",
            "backoffMultiplier": self.backoff_multiplier,
            "retryableStatusCodes": list(RETRIED_CODES),
        }
        names = [_name(method.path) for method in RETRIED_METHODS]
        return {"methodConfig": [{"name": names, "retryPolicy": policy}], "retryThrottling": THROTTLING}


def _name(path: str) -> dict[str, str]:
    _, service, method = path.split("/")
    return {"service": service, "method": method}
