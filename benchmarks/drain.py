"""Counts the accepted calls that are lost when SIGTERM comes while clients call without pause.

A call is accepted when the server logs an end of it other than UNAVAILABLE. It is lost when its client did not get the
answer. Every call that was not accepted must have failed cleanly, as UNAVAILABLE.

Usage: python -m benchmarks.drain --repository DIR [--rounds 20] [--clients 8]
"""

import argparse
import asyncio
import random
import signal
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import grpc

from benchmarks.record import record
from benchmarks.server_process import ServerProcess
from textgate.v1.text_classifier_pb2 import ClassifyRequest
from textgate.v1.text_classifier_pb2_grpc import TextClassifierStub

METHOD = "/textgate.v1.TextClassifier/Classify"
NO_RETRIES = [("grpc.enable_retries", 0)]


@dataclass
class Round:
    """What the clients and the server saw in one drain.

    Attributes:
        answers: status code by request id, as the clients got it.
        accepted: request ids of the calls that the server accepted.
        exit_code: of the server.
    """

    answers: dict[str, str] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    exit_code: int | None = None

    @property
    def lost(self) -> set[str]:
        """Accepted calls whose client got no answer."""
        return {request_id for request_id in self.accepted if self.answers.get(request_id) != "OK"}

    @property
    def unclean(self) -> set[str]:
        """Calls that ended neither well nor as UNAVAILABLE."""
        return {request_id for request_id, code in self.answers.items() if code not in ("OK", "UNAVAILABLE")}


def main() -> int:
    """Run the rounds, record what happened; return 1 when a call was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repository", type=Path, required=True, help="model repository; its first model is called")
    parser.add_argument("--model", default="", help="needed where the repository has several")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    random.seed(0)
    rounds = [drain_once(options.repository, options.clients, options.model) for _ in range(options.rounds)]
    figures = summary(rounds)
    record("drain", figures)
    return 1 if figures["accepted_calls_lost"] or figures["calls_that_ended_otherwise"] else 0


def drain_once(repository: Path, clients: int, model: str = "", module: str = "service") -> Round:
    """Start a server, let clients call it, send SIGTERM amid the calls, and compare what both sides saw."""
    outcome = Round()
    with ServerProcess("--repository", str(repository), module=module) as server:
        server.wait_until_serving()
        asyncio.run(_call_and_stop(server, clients, model, outcome))
        outcome.exit_code = server.wait()
        outcome.accepted = {
            line["request_id"]
            for line in server.logged("call")
            if line["method"] == METHOD and line["code"] != "UNAVAILABLE"
        }
    return outcome


async def _call_and_stop(server: ServerProcess, clients: int, model: str, outcome: Round) -> None:
    ended = asyncio.Event()
    calling = [
        asyncio.create_task(_call_without_pause(server.target, f"client{number}", model, ended, outcome))
        for number in range(clients)
    ]
    await asyncio.sleep(random.uniform(0.3, 0.8))
    server.signal(signal.SIGTERM)
    await asyncio.to_thread(server.wait)
    ended.set()
    await asyncio.gather(*calling)


async def _call_without_pause(target: str, name: str, model: str, ended: asyncio.Event, outcome: Round) -> None:
    request = ClassifyRequest(texts=[f"a good film, said {name}"] * 4)
    request.model.name = model
    async with grpc.aio.insecure_channel(target, NO_RETRIES) as channel:
        stub = TextClassifierStub(channel)
        number = 0
        while not ended.is_set():
            request_id = f"{name}-{number}"
            number += 1
            try:
                await stub.Classify(request, timeout=30, metadata=(("x-request-id", request_id),))
                outcome.answers[request_id] = "OK"
            except grpc.aio.AioRpcError as error:
                outcome.answers[request_id] = error.code().name


def summary(rounds: list[Round]) -> dict[str, object]:
    """Add up the rounds."""
    codes = Counter(code for outcome in rounds for code in outcome.answers.values())
    return {
        "rounds": len(rounds),
        "calls": sum(codes.values()),
        "accepted_calls": sum(len(outcome.accepted) for outcome in rounds),
        "accepted_calls_lost": sum(len(outcome.lost) for outcome in rounds),
        "calls_that_ended_otherwise": sum(len(outcome.unclean) for outcome in rounds),
        "codes": dict(sorted(codes.items())),
        "exit_codes": dict(Counter(str(outcome.exit_code) for outcome in rounds)),
    }


if __name__ == "__main__":
    sys.exit(main())
