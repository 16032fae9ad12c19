"""Every answer is held against the right scores, and every failed call is counted."""

import struct
from pathlib import Path

import numpy as np
import pytest

from benchmarks.serving.answers import Verdict
from benchmarks.serving.load import RECORD, Calls
from benchmarks.serving.systems import MLServer, Textgate, Triton
from benchmarks.serving.systems.system import Scores, System
from textgate.v1.text_classifier_pb2 import ClassifyRequest, ClassifyResponse

LABELS = ("sports", "news")
RIGHT = np.array([[0.25, 0.75]], np.float32)


@pytest.fixture
def textgate(tmp_path: Path) -> Textgate:
    return Textgate(tmp_path, LABELS, tmp_path)


def reply(scores: Scores) -> bytes:
    """As the service answers: the best label first."""
    response = ClassifyResponse()
    for row in scores:
        labels = [{"label": LABELS[index], "score": row[index]} for index in np.argsort(-row)]
        response.results.add(labels=labels)
    return bytes(response.SerializeToString())


def calls(*ended: tuple[int, bytes]) -> Calls:
    records = np.zeros(len(ended), RECORD)
    framed = [struct.pack(">BI", 0, len(message)) + message if message else b"" for _, message in ended]
    records["status"] = [status for status, _ in ended]
    records["reply_size"] = [len(message) for message in framed]
    return Calls(records, b"".join(framed))


def verdict_on(system: System, found: Calls, may_fail: bool = False) -> Verdict:
    verdict = Verdict()
    verdict.add(system, found, [RIGHT], may_fail)
    return verdict


def test_right_answers_are_checked_and_not_wrong_whatever_the_order_of_labels(textgate: Textgate) -> None:
    verdict = verdict_on(textgate, calls((0, reply(RIGHT)), (0, reply(RIGHT + np.float32(5e-6)))))
    assert (verdict.checked, verdict.wrong) == (2, 0)
    assert verdict.largest_difference == pytest.approx(5e-6, rel=0.05)


@pytest.mark.parametrize(
    "scores",
    [RIGHT + np.float32(2e-5), RIGHT[:, ::-1], np.repeat(RIGHT, 2, axis=0), RIGHT * np.float32(np.nan)],
    ids=["off", "swapped", "of two texts", "no numbers"],
)
def test_wrong_answers_are_found(textgate: Textgate, scores: Scores) -> None:
    assert verdict_on(textgate, calls((0, reply(RIGHT)), (0, reply(scores)))).wrong == 1


def test_a_label_that_is_missing_is_wrong(textgate: Textgate) -> None:
    response = ClassifyResponse()
    response.results.add(labels=[{"label": "news", "score": 0.75}])
    assert verdict_on(textgate, calls((0, response.SerializeToString()))).wrong == 1


def test_failed_calls_are_counted_by_status(textgate: Textgate) -> None:
    verdict = verdict_on(textgate, calls((0, reply(RIGHT)), (8, b""), (8, b""), (-1, b"")))
    assert verdict.failures == {"RESOURCE_EXHAUSTED": 2, "NO STATUS": 1}


def test_refusals_under_overload_are_no_failures_but_wrong_answers_still_count(textgate: Textgate) -> None:
    verdict = verdict_on(textgate, calls((8, b""), (0, reply(RIGHT[:, ::-1]))), may_fail=True)
    assert (verdict.failures.total(), verdict.wrong) == (0, 1)


def test_a_request_to_textgate_asks_for_all_labels(textgate: Textgate) -> None:
    request = ClassifyRequest.FromString(textgate.message(["a", "好"]))
    assert (list(request.texts), request.top_k) == (["a", "好"], 0)


@pytest.mark.parametrize("kind", [Triton, MLServer])
def test_messages_to_the_peers_are_those_of_the_open_inference_protocol(kind: type[System], tmp_path: Path) -> None:
    # By the field numbers of the protocol: 1 is model_name, 5 a tensor with 1 name, 2 datatype, 3 shape, 5 contents,
    # of which 8 are bytes.
    contents = b"\x42\x02hi"
    tensor = b"\x0a\x04text\x12\x05BYTES\x1a\x02\x01\x01\x2a" + bytes([len(contents)]) + contents
    expected = b"\x0a\x0aclassifier\x2a" + bytes([len(tensor)]) + tensor
    assert kind(tmp_path, LABELS, tmp_path).message(["hi"]) == expected


@pytest.mark.parametrize("raw", [True, False])
def test_scores_of_the_peers_are_read_raw_or_as_contents(raw: bool, tmp_path: Path) -> None:
    numbers = RIGHT.astype("<f4").tobytes()
    contents = b"" if raw else b"\x2a\x0a\x32\x08" + numbers
    tensor = b"\x1a\x02\x01\x02" + contents
    message = b"\x2a" + bytes([len(tensor)]) + tensor + (b"\x32\x08" + numbers if raw else b"")
    found = Triton(tmp_path, LABELS, tmp_path).scores(message)
    assert found is not None
    assert np.array_equal(found, RIGHT)
