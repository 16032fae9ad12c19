"""The joined module: logits divided by the temperature, softmax or sigmoid, and nothing behind the end of a text."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf

from training.examples import Task
from training.export.signatures import build_module

LOGITS = np.array([[0.0, 0.0], [1.0, -2.0], [3.0, 0.5], [-1.0, 4.0]])


class SumOfRows:
    """A network whose logits are the sum of a row of numbers for each token."""

    variables: tuple[Any, ...] = ()

    def __call__(self, token_ids: tf.Tensor, training: bool) -> tf.Tensor:
        assert training is False
        return tf.reduce_sum(tf.gather(tf.constant(LOGITS, tf.float32), token_ids), axis=1)


def digits(text: tf.Tensor) -> dict[str, tf.Tensor]:
    """Each character a token, a digit its id; `length` before a cut at three tokens."""
    ids = tf.strings.to_number(tf.strings.bytes_split(text), tf.int32)
    return {"token_ids": ids[:, :3].to_tensor(), "length": tf.cast(ids.row_lengths(), tf.int32)}


def digits_and_ngrams(text: tf.Tensor) -> dict[str, tf.Tensor]:
    """The same with logits of n-grams: the characters of the whole text, and none."""
    inputs = digits(text)
    count = tf.cast(inputs["length"], tf.float32)
    return {**inputs, "ngram_logits": tf.stack([count, tf.zeros_like(count)], axis=1)}


def build(task: Task, temperature: float = 1.0, inputs: Any = digits) -> Any:
    return build_module(SumOfRows(), inputs, ["no", "好"], task, temperature)


def reference(task: Task, logits: npt.NDArray[Any], temperature: float) -> npt.NDArray[np.float64]:
    scaled = np.exp(logits / temperature)
    return scaled / scaled.sum(axis=1, keepdims=True) if task is Task.MULTI_CLASS else scaled / (1 + scaled)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("task", Task)
def test_scores_are_softmax_or_sigmoid_of_logits_over_temperature(task: Task, temperature: float) -> None:
    scores = build(task, temperature).serving_default(tf.constant(["1", "12", "3333"]))["scores"]
    logits = np.stack([LOGITS[1], LOGITS[1] + LOGITS[2], 3 * LOGITS[3]])
    np.testing.assert_allclose(scores, reference(task, logits, temperature), atol=1e-6)
    assert scores.dtype == tf.float32


@pytest.mark.parametrize("task", Task)
def test_logits_of_ngrams_are_added_to_those_of_the_network(task: Task) -> None:
    module = build(task, 2.0, digits_and_ngrams)
    logits = np.stack([LOGITS[1] + [1, 0], LOGITS[1] + LOGITS[2] + [2, 0], 3 * LOGITS[3] + [4, 0]])
    texts = tf.constant(["1", "12", "3333"])
    np.testing.assert_allclose(module.serving_default(texts)["scores"], reference(task, logits, 2.0), atol=1e-6)
    again = module.score_tokens(**module.tokenize(texts))["scores"]
    np.testing.assert_allclose(again, reference(task, logits, 2.0), atol=1e-6)


def test_what_stands_behind_the_end_of_a_text_is_padding() -> None:
    module = build(Task.MULTI_CLASS)
    token_ids = tf.constant([[1, 3, 2], [2, 2, 3]], tf.int32)
    scores = module.score_tokens(token_ids, tf.constant([1, 2], tf.int32))["scores"]
    np.testing.assert_allclose(scores, reference(Task.MULTI_CLASS, np.stack([LOGITS[1], 2 * LOGITS[2]]), 1), atol=1e-6)


def test_a_length_beyond_the_columns_is_that_of_a_cut_text() -> None:
    scores = build(Task.MULTI_CLASS).score_tokens(tf.constant([[1, 2]]), tf.constant([9]))["scores"]
    np.testing.assert_allclose(scores, reference(Task.MULTI_CLASS, LOGITS[[1]] + LOGITS[[2]], 1), atol=1e-6)


def test_classes_are_the_labels_for_each_text() -> None:
    classes = build(Task.MULTI_LABEL).serving_default(tf.constant(["1", "2"]))["classes"].numpy()
    assert [[name.decode() for name in row] for row in classes] == [["no", "好"]] * 2
