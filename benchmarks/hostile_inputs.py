"""Sends random and hostile inputs to a server, and counts the status codes: none may be UNKNOWN or INTERNAL.

Usage: python -m benchmarks.hostile_inputs --repository DIR [--inputs 10000] [--seed 0]
"""

import argparse
import random
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from benchmarks.hostile_frames import FRAMES, send_frame
from benchmarks.hostile_messages import MESSAGES, huge_text
from benchmarks.record import record
from benchmarks.server_process import ServerProcess

FORBIDDEN = ("UNKNOWN", "INTERNAL")
CLASSIFY = "/textgate.v1.TextClassifier/Classify"
STREAM = "/textgate.v1.TextClassifier/ClassifyStream"
OTHER_METHODS = (
    "/textgate.v1.ModelService/GetModel",
    "/textgate.v1.ModelService/ListModels",
    "/grpc.health.v1.Health/Check",
    "/textgate.v1.TextClassifier/Sing",
)
REQUEST_IDS = ("", "ok-1", "x" * 3000, "a b~c")
CHANNEL_OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.enable_retries", 0)]
TIMEOUT_SECONDS = 30.0
# Requests as long as these are rare, so that the run is short.
ONE_HUGE_IN = 100
ONE_RAW_CONNECTION_IN = 20
ONE_HEALTH_CHECK_IN = 50


def main() -> int:
    """Send the inputs, record the counts; return 1 when the server failed in any way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repository", type=Path, required=True, help="model repository to serve")
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with ServerProcess("--repository", str(options.repository)) as server:
        server.wait_until_serving()
        figures = attack(server.target, options.inputs, options.seed)
        server.signal(signal.SIGTERM)
        figures["exit_code"] = server.wait()
    record("hostile_inputs", figures)
    return 0 if is_unharmed(figures) and figures["exit_code"] == 0 else 1


def attack(target: str, inputs: int, seed: int) -> dict[str, Any]:
    """Send so many inputs, and return how the server took them."""
    rng = random.Random(seed)
    codes: Counter[str] = Counter()
    raw_connections = checks = serving = 0
    with grpc.insecure_channel(
        target, [("grpc.max_receive_message_length", -1), ("grpc.enable_retries", 0)]
    ) as channel:
        for number in range(inputs):
            if number % ONE_RAW_CONNECTION_IN == 0:
                send_frame(target, rng.choice(FRAMES)(rng))
                raw_connections += 1
            else:
                codes[_send(channel, rng, number)] += 1
            if number % ONE_HEALTH_CHECK_IN == 0 or number == inputs - 1:
                checks += 1
                serving += _is_serving(channel)
    return {
        "inputs": inputs,
        "seed": seed,
        "codes": dict(sorted(codes.items())),
        "raw_connections": raw_connections,
        "health_checks": checks,
        "health_checks_serving": serving,
    }


def is_unharmed(figures: dict[str, Any]) -> bool:
    """Whether the server was SERVING throughout and never answered with a fault of its own."""
    return (
        not any(figures["codes"].get(code) for code in FORBIDDEN)
        and figures["health_checks_serving"] == figures["health_checks"]
    )


def _send(channel: Any, rng: random.Random, number: int) -> str:
    maker = huge_text if number % ONE_HUGE_IN == 1 else rng.choice(MESSAGES)
    message = maker(rng)
    timeout = rng.choice((TIMEOUT_SECONDS,) * 9 + (0.001,))
    metadata = (("x-request-id", rng.choice(REQUEST_IDS)),)
    method = rng.choice((CLASSIFY,) * 6 + (STREAM,) * 2 + OTHER_METHODS)
    try:
        if method == STREAM:
            messages = [message, *(rng.choice(MESSAGES)(rng) for _ in range(rng.randint(0, 3)))]
            for _ in channel.stream_stream(method)(iter(messages), timeout=timeout, metadata=metadata):
                pass
        else:
            channel.unary_unary(method)(message, timeout=timeout, metadata=metadata)
    except grpc.RpcError as error:
        return str(error.code().name)
    return "OK"


def _is_serving(channel: grpc.Channel) -> bool:
    reply = HealthStub(channel).Check(HealthCheckRequest(), timeout=TIMEOUT_SECONDS)
    return bool(reply.status == HealthCheckResponse.SERVING)


if __name__ == "__main__":
    sys.exit(main())
