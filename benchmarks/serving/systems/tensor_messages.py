"""Messages of the Open Inference Protocol v2 (KServe), which Triton and MLServer speak.

They are described here, in a pool of their own: packages that register the same names can share the process.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from benchmarks.serving.systems.system import Scores

PATH = "/inference.GRPCInferenceService/ModelInfer"
MODEL = "classifier"
_TYPES = descriptor_pb2.FieldDescriptorProto
# Message to its fields: name, number, type, whether repeated. Those that are not needed here are left out.
_MESSAGES: dict[str, list[tuple[str, int, str, bool]]] = {
    "InferTensorContents": [("fp32_contents", 6, "float", True), ("bytes_contents", 8, "bytes", True)],
    "Tensor": [
        ("name", 1, "string", False),
        ("datatype", 2, "string", False),
        ("shape", 3, "int64", True),
        ("contents", 5, "InferTensorContents", False),
    ],
    "ModelInferRequest": [("model_name", 1, "string", False), ("inputs", 5, "Tensor", True)],
    "ModelInferResponse": [("outputs", 5, "Tensor", True), ("raw_output_contents", 6, "bytes", True)],
}


def _message_classes() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="inference.proto", package="inference", syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind, repeated in fields:
            described = message.field.add(name=field, number=number, label=3 if repeated else 1)
            if kind in _MESSAGES:
                described.type, described.type_name = _TYPES.TYPE_MESSAGE, f".inference.{kind}"
            else:
                described.type = _TYPES.Type.Value(f"TYPE_{kind.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"inference.{name}")) for name in _MESSAGES
    }


_CLASSES = _message_classes()


def infer_request(texts: Sequence[str], shape: Sequence[int]) -> bytes:
    """A request with one tensor, "text", of UTF-8 texts."""
    request = _CLASSES["ModelInferRequest"](model_name=MODEL)
    tensor = request.inputs.add(name="text", datatype="BYTES", shape=shape)
    tensor.contents.bytes_contents.extend(text.encode() for text in texts)
    return bytes(request.SerializeToString())


def infer_scores(reply: bytes) -> Scores:
    """The one output of a reply, <float32>[texts, labels], wherever the server has put its numbers."""
    response = _CLASSES["ModelInferResponse"].FromString(reply)
    (output,) = response.outputs
    if response.raw_output_contents:
        flat = np.frombuffer(response.raw_output_contents[0], "<f4")
    else:
        flat = np.array(output.contents.fp32_contents, np.float32)
    return flat.reshape(output.shape)
