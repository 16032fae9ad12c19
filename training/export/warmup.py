"""tf_serving_warmup_requests: requests that stock TensorFlow Serving replays when it loads a version.

The four messages involved are described here by hand, in a pool of their own: no further package is needed, and a
program that registers the real ones meets no clash.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from training.export.layout import WARMUP

_PACKAGE = "tensorflow.serving"
_FIELD = descriptor_pb2.FieldDescriptorProto


def write_warmup_requests(directory: Path, model_name: str, batches: Sequence[Sequence[str]]) -> None:
    """Write one Predict request to `serving_default` for each batch of texts, as a TFRecord of PredictionLog."""
    message_class = prediction_log_class()
    path = directory / WARMUP
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for texts in batches:
            writer.write(_prediction_log(message_class, model_name, texts).SerializeToString())


def prediction_log_class() -> Any:
    """The class of tensorflow.serving.PredictionLog, as far as Predict requests need it.

    `PredictRequest.inputs` maps names to serialized tensorflow.TensorProto: on the wire the same as the message.
    """
    pool = descriptor_pool.DescriptorPool()
    pool.Add(_file_descriptor())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.PredictionLog"))


def _prediction_log(message_class: Any, model_name: str, texts: Sequence[str]) -> Any:
    log = message_class()
    request = log.predict_log.request
    request.model_spec.name = model_name
    request.model_spec.signature_name = "serving_default"
    tensor = tf.make_tensor_proto([text.encode() for text in texts], tf.string)
    request.inputs["text"] = tensor.SerializeToString()
    return log


def _file_descriptor() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name="textgate/private/warmup.proto", package=_PACKAGE, syntax="proto3")
    _message(file, "PredictionLog", ("predict_log", 6, "PredictLog"))
    _message(file, "PredictLog", ("request", 1, "PredictRequest"))
    request = _message(file, "PredictRequest", ("model_spec", 1, "ModelSpec"))
    _message(file, "ModelSpec", ("name", 1, None), ("signature_name", 3, None))
    entry = request.nested_type.add(name="InputsEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=_FIELD.TYPE_STRING, label=_FIELD.LABEL_OPTIONAL)
    entry.field.add(name="value", number=2, type=_FIELD.TYPE_BYTES, label=_FIELD.LABEL_OPTIONAL)
    type_name = f".{_PACKAGE}.PredictRequest.InputsEntry"
    request.field.add(
        name="inputs", number=2, type=_FIELD.TYPE_MESSAGE, type_name=type_name, label=_FIELD.LABEL_REPEATED
    )
    return file


def _message(
    file: descriptor_pb2.FileDescriptorProto, name: str, *fields: tuple[str, int, str | None]
) -> descriptor_pb2.DescriptorProto:
    """Add a message whose fields are strings, or other messages of the file."""
    message = file.message_type.add(name=name)
    for field_name, number, message_name in fields:
        field = message.field.add(name=field_name, number=number, label=_FIELD.LABEL_OPTIONAL)
        field.type = _FIELD.TYPE_MESSAGE if message_name else _FIELD.TYPE_STRING
        if message_name:
            field.type_name = f".{_PACKAGE}.{message_name}"
    return message
