"""The three signatures: names, types, shapes, and what is and is not in their graphs."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from tests.contract.conftest import MIXED_TEXTS, OpenVersion
from tests.exports import MAX_TOKENS
from textgate.v1.model_info_pb2 import ModelInfo

INPUTS = {
    "serving_default": {"text": ([None], tf.string)},
    "tokenize": {"text": ([None], tf.string)},
    "score_tokens": {"token_ids": ([None, None], tf.int32), "length": ([None], tf.int32)},
}
OUTPUTS = {
    "serving_default": {"scores": tf.float32, "classes": tf.string},
    "tokenize": {"token_ids": tf.int32, "length": tf.int32},
    "score_tokens": {"scores": tf.float32},
}


NGRAM_INPUT = {"ngram_logits": ([None, 3], tf.float32)}
NGRAM_OUTPUT = {"ngram_logits": tf.float32}


def test_there_are_three_signatures(version: OpenVersion) -> None:
    assert set(version.module.signatures) == set(INPUTS)


@pytest.mark.parametrize("name", INPUTS)
def test_inputs_and_outputs_are_as_promised(version: OpenVersion, name: str) -> None:
    signature = version.module.signatures[name]
    inputs, outputs = INPUTS[name], OUTPUTS[name]
    if version.has_ngrams:
        inputs = inputs | NGRAM_INPUT if name == "score_tokens" else inputs
        outputs = outputs | NGRAM_OUTPUT if name == "tokenize" else outputs
    found = signature.structured_input_signature[1]
    assert {key: (spec.shape.as_list(), spec.dtype) for key, spec in found.items()} == inputs
    assert {key: spec.dtype for key, spec in signature.structured_outputs.items()} == outputs


def test_scores_are_calibrated_probabilities_of_the_task(version: OpenVersion) -> None:
    scores = version.scores(MIXED_TEXTS)
    assert scores.shape == (len(MIXED_TEXTS), len(version.info.labels))
    assert ((scores >= 0) & (scores <= 1)).all()
    if version.info.task == ModelInfo.MULTI_CLASS:
        np.testing.assert_allclose(scores.sum(axis=1), 1, atol=1e-5)


def test_classes_stand_in_the_order_of_scores(version: OpenVersion) -> None:
    classes = version.run("serving_default", text=[text.encode() for text in MIXED_TEXTS])["classes"]
    labels = [label.name.encode() for label in version.info.labels]
    assert classes.tolist() == [labels] * len(MIXED_TEXTS)


def test_no_text_gives_no_scores(version: OpenVersion) -> None:
    outputs = version.module.signatures["serving_default"](text=tf.constant([], tf.string))
    assert outputs["scores"].shape == outputs["classes"].shape == (0, 3)


def test_length_counts_tokens_before_truncation(version: OpenVersion) -> None:
    long, short = "goal " * (MAX_TOKENS + 5), "a goal!"
    tokens = version.run("tokenize", text=[long.encode(), short.encode(), b""])
    assert tokens["length"].tolist() == [MAX_TOKENS + 5, 3, 0]
    assert tokens["token_ids"].shape == (3, MAX_TOKENS)
    assert (tokens["token_ids"][1, 3:] == 0).all()
    assert (tokens["token_ids"][2] == 0).all()


def test_the_empty_text_has_one_column(version: OpenVersion) -> None:
    assert version.run("tokenize", text=[b""])["token_ids"].tolist() == [[0]]


def test_unknown_words_have_the_unknown_id(version: OpenVersion) -> None:
    tokens = version.run("tokenize", text=["ᚠᚢᚦ goal".encode()])
    unknown, known = tokens["token_ids"][0]
    assert unknown == version.info.tokenizer.unknown_id
    assert 1 < known < version.info.vocabulary_size


def test_bytes_that_are_no_text_are_scored_all_the_same(version: OpenVersion) -> None:
    scores = version.run("serving_default", text=[b"\xff\xfe goal \xc3", b"\xed\xa0\x80"])["scores"]
    assert np.isfinite(scores).all()


def test_graphs_hold_core_ops_only_and_neither_compilation_nor_gpus(version: OpenVersion) -> None:
    saved = saved_model_pb2.SavedModel.FromString((version.directory / "saved_model.pb").read_bytes())
    (graph,) = saved.meta_graphs
    core = set(tf.raw_ops.__dict__)
    nodes = [*graph.graph_def.node, *(node for f in graph.graph_def.library.function for node in f.node_def)]
    functions = {function.signature.name for function in graph.graph_def.library.function}
    # Op names that Python spells otherwise, or hides, yet every TensorFlow binary has.
    foreign = {node.op for node in nodes} - core - functions
    assert foreign <= {"VarIsInitializedOp"}, foreign
    assert not any(node.attr["_XlaMustCompile"].b or "jit_compile" in node.attr for node in nodes)
    assert not any(function.attr["_XlaMustCompile"].b for function in graph.graph_def.library.function)
    assert {node.device.rpartition(":")[0] for node in nodes} <= {"", "/device:CPU"}  # also of training on a GPU
    assert list(graph.meta_info_def.tags) == ["serve"]
