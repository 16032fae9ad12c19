"""Holds every answer that was kept against the right scores, and counts the calls that failed."""

import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.serving.load import OK, Calls
from benchmarks.serving.systems.system import Scores, System

TOLERANCE = 1e-5
_STATUS = ["OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS"]
_STATUS += ["PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE"]
_STATUS += ["UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"]


@dataclass
class Verdict:
    """What became of the calls of a system, over all its runs.

    Attributes:
        failures: calls that failed although nothing was asked beyond capacity, by status.
        checked: answers whose scores were compared.
        wrong: answers with a score that is off by more than TOLERANCE, or with other texts or labels than asked for.
        largest_difference: of any score.
    """

    failures: Counter[str] = field(default_factory=Counter)
    checked: int = 0
    wrong: int = 0
    largest_difference: float = 0.0

    def add(self, system: System, calls: Calls, right: Sequence[Scores], may_fail: bool = False) -> None:
        """Check a run.

        Args:
            system: which reads the replies.
            calls: of the run.
            right: <float32>[texts, labels] for each message.
            may_fail: whether calls may be refused or given up.
        """
        if not may_fail:
            self.failures.update(status_name(status) for status in calls.records["status"][~calls.ok].tolist())
        for record, reply in replies_of(calls):
            self._check(system.scores(reply), right[record["message"]])

    def _check(self, found: Scores | None, right: Scores) -> None:
        if found is None:
            return
        self.checked += 1
        if found.shape != right.shape:
            self.wrong += 1
            return
        difference = float(np.abs(found - right).max())
        self.largest_difference = max(self.largest_difference, difference)
        self.wrong += not difference <= TOLERANCE  # so that NaN is wrong too


def replies_of(calls: Calls) -> Iterator[tuple[Any, bytes]]:
    """The record and the reply of each call that was answered, where the reply was kept."""
    start = 0
    for record in calls.records[calls.records["reply_size"] > 0]:
        reply = calls.replies[start : start + record["reply_size"]]
        start += int(record["reply_size"])
        if record["status"] == OK:
            yield record, _unframed(reply)


def status_name(status: int) -> str:
    """The name of a gRPC status; the load generator has a number of its own for a call that got none."""
    return _STATUS[status] if 0 <= status < len(_STATUS) else "NO STATUS"


def _unframed(reply: bytes) -> bytes:
    compressed, length = struct.unpack_from(">BI", reply)
    if compressed or length != len(reply) - 5:
        raise ValueError("a reply is compressed, or holds more than one message")
    return reply[5:]
