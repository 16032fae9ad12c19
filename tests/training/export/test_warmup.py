"""The warm-up requests, read as TensorFlow Serving reads them: by the wire format and the published field numbers."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from tests.exports import Export
from training.export.warmup import write_warmup_requests

BATCHES = [["good film"], ["", "一部 🙂", "x" * 300]]


def read_records(directory: Path) -> Iterator[bytes]:
    """The records of a TFRecord file: length, checksum of the length, content, checksum of the content."""
    data = (directory / "assets.extra/tf_serving_warmup_requests").read_bytes()
    while data:
        (length,) = struct.unpack_from("<Q", data)
        assert struct.unpack_from("<I", data, 8) == (masked_crc32c(data[:8]),)
        content, data = data[12 : 12 + length], data[12 + length :]
        assert struct.unpack_from("<I", data) == (masked_crc32c(content),)
        data = data[4:]
        yield content


def masked_crc32c(data: bytes) -> int:
    """Checksum of RFC 3720 (appendix B.4), turned and shifted as TFRecord wants it."""
    checksum = 0xFFFFFFFF
    for byte in data:
        checksum ^= byte
        for _ in range(8):
            checksum = checksum >> 1 ^ 0x82F63B78 * (checksum & 1)
    checksum ^= 0xFFFFFFFF
    return ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF


def read_fields(message: bytes) -> dict[int, list[bytes]]:
    """Field number to contents, of a message that holds strings and messages alone (wire type 2)."""
    fields: dict[int, list[bytes]] = {}
    while message:
        tag, message = read_varint(message)
        assert tag & 7 == 2
        length, message = read_varint(message)
        fields.setdefault(tag >> 3, []).append(message[:length])
        message = message[length:]
    return fields


def read_varint(data: bytes) -> tuple[int, bytes]:
    value = 0
    for index, byte in enumerate(data):
        value |= (byte & 127) << 7 * index
        if byte < 128:
            return value, data[index + 1 :]
    raise AssertionError("a number without an end")


def read_request(record: bytes) -> tuple[dict[int, list[bytes]], dict[bytes, bytes]]:
    """Model spec by field number, and serialized tensors by name, of a tensorflow.serving.PredictionLog."""
    (predict_log,) = read_fields(record)[6]
    (request,) = read_fields(predict_log)[1]
    fields = read_fields(request)
    entries = [read_fields(entry) for entry in fields[2]]
    return read_fields(fields[1][0]), {entry[1][0]: entry[2][0] for entry in entries}


def read_texts(tensors: dict[bytes, bytes]) -> list[str]:
    assert list(tensors) == [b"text"]
    tensor = tensor_pb2.TensorProto.FromString(tensors[b"text"])
    assert tensor.dtype == tf.string.as_datatype_enum
    return [text.decode() for text in tf.make_ndarray(tensor).tolist()]


def test_the_checksum_is_the_published_one() -> None:
    turned = (masked_crc32c(b"123456789") - 0xA282EAD8) & 0xFFFFFFFF
    assert (turned << 15 | turned >> 17) & 0xFFFFFFFF == 0xE3069283


def test_requests_are_prediction_logs_of_serving_default(tmp_path: Path) -> None:
    write_warmup_requests(tmp_path, "news", BATCHES)
    requests = [read_request(record) for record in read_records(tmp_path)]
    assert [read_texts(tensors) for _, tensors in requests] == BATCHES
    # ModelSpec has name = 1, signature_name = 3, and no version: whichever is loaded is warmed up.
    assert [spec for spec, _ in requests] == [{1: [b"news"], 3: [b"serving_default"]}] * 2


@pytest.mark.parametrize("number", range(4))
def test_an_exported_version_carries_requests_that_its_signature_answers(exports: list[Export], number: int) -> None:
    export = exports[number]
    requests = [read_request(record) for record in read_records(export.directory)]
    assert 1 <= len(requests) <= 1000  # TensorFlow Serving refuses more
    assert {spec[1][0].decode() for spec, _ in requests} == {export.name}
    assert {len(read_texts(tensors)) for _, tensors in requests} >= {1, 8}
