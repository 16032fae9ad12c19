"""The parts of a call's time add up to what its caller saw."""

import struct

import numpy as np
import pytest

from benchmarks.serving.load import RECORD, Calls
from benchmarks.serving.workloads.time_spent import PARTS, medians
from textgate.v1.text_classifier_pb2 import ClassifyResponse


def test_parts_are_medians_in_milliseconds_and_add_up_to_the_latency() -> None:
    response = ClassifyResponse()
    response.timing.tokenize_us, response.timing.queue_us, response.timing.compute_us = 100, 200, 3000
    response.timing.total_us, response.timing.batch_size = 3500, 7
    message = response.SerializeToString()
    records = np.zeros(2, RECORD)
    records["finished"] = [0.004, 9.0]
    records["status"] = [0, 8]  # what was refused has no timing
    records["reply_size"] = [len(message) + 5, 0]
    *parts, texts = medians(Calls(records, struct.pack(">BI", 0, len(message)) + message))
    assert dict(zip(PARTS, parts, strict=True)) == {
        "tokenizing": pytest.approx(0.1),
        "waiting for the model": pytest.approx(0.2),
        "forward pass": pytest.approx(3.0),
        "rest of the service": pytest.approx(0.2),
        "transport and caller": pytest.approx(0.5),
    }
    assert texts == 7
