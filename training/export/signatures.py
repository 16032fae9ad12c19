"""The three signatures of an exported version, as one module that TensorFlow can save and anyone can run."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import keras
import tensorflow as tf

from training.examples import Task
from training.export.text_inputs import NGRAM_LOGITS

Inputs = Callable[[tf.Tensor], dict[str, tf.Tensor]]


class Network(Protocol):
    """Gives the logits of a model."""

    @property
    def variables(self) -> Sequence[tf.Variable]:
        """What it has beside the variables of the model."""
        ...

    def __call__(self, token_ids: tf.Tensor) -> tf.Tensor:
        """Logits <float32>[batch, labels] of <int32>[batch, tokens], 0 after the end of a text."""
        ...


def build_module(
    model: keras.Model,
    inputs: Inputs,
    labels: Sequence[str],
    task: Task,
    temperature: float,
    network: Network | None = None,
) -> tf.Module:
    """Join text to token ids to calibrated scores in one trackable module.

    Args:
        model: token_ids <int32>[batch, tokens] to logits <float32>[batch, labels].
        inputs: a trackable that gives what `TextInputs` gives.
        labels: in the order of the logits.
        task: softmax for MULTI_CLASS, sigmoid for MULTI_LABEL.
        temperature: divides the logits.
        network: gives the logits of `model` in less time; None where nothing does.

    Returns:
        A module with the functions `serving_default`, `tokenize` and `score_tokens`, each traced for any batch and any
        number of tokens, none of them compiled by XLA: who serves decides that. Its `trained_scores` gives the scores
        of `model` itself, and is not saved.
    """
    # A variable, like all that is learned: so the graph is the same when the model is trained anew, and its new version
    # runs by the machine code of the one before.
    divisor = tf.Variable(temperature, trainable=False, dtype=tf.float32, name="temperature")
    activation = tf.nn.softmax if task is Task.MULTI_CLASS else tf.nn.sigmoid

    def tokenize(text: tf.Tensor) -> dict[str, tf.Tensor]:
        return inputs(text)

    def trained(token_ids: tf.Tensor) -> tf.Tensor:
        return model(token_ids, training=False)

    exported = network or trained

    def scores(
        logits: Callable[[tf.Tensor], tf.Tensor], token_ids: tf.Tensor, length: tf.Tensor, ngram_logits: tf.Tensor = 0.0
    ) -> tf.Tensor:
        # What stands behind the end of a text is padding, whoever padded it and with what.
        inside = tf.sequence_mask(length, tf.shape(token_ids)[1])
        of_texts = tf.cast(logits(tf.where(inside, token_ids, 0)), tf.float32) + ngram_logits
        return activation(of_texts / divisor)

    def score_tokens(token_ids: tf.Tensor, length: tf.Tensor, ngram_logits: tf.Tensor = 0.0) -> dict[str, tf.Tensor]:
        return {"scores": scores(exported, token_ids, length, ngram_logits)}

    def serving_default(text: tf.Tensor) -> dict[str, tf.Tensor]:
        of_texts = scores(exported, **tokenize(text))
        classes = tf.broadcast_to(tf.constant(list(labels), tf.string), tf.shape(of_texts))
        return {"scores": of_texts, "classes": classes}

    text = tf.TensorSpec([None], tf.string, "text")
    token_ids = tf.TensorSpec([None, None], tf.int32, "token_ids")
    length = tf.TensorSpec([None], tf.int32, "length")
    module = tf.Module(name="textgate")
    # The functions hold variables and tables by reference only; what is to be saved must hang on the module itself.
    module.inputs = inputs
    module.temperature = divisor
    module.model_variables = [variable.value for variable in model.variables]
    module.network_variables = list(network.variables) if network else []
    # AutoGraph rewrites Python control flow; there is none here, and looking for it takes seconds.
    module.serving_default = tf.function(serving_default, input_signature=[text], autograph=False)
    module.tokenize = tf.function(tokenize, input_signature=[text], autograph=False)
    outputs = module.tokenize.get_concrete_function().structured_outputs
    ngram_logits = [tf.TensorSpec([None, len(labels)], tf.float32, NGRAM_LOGITS)] if NGRAM_LOGITS in outputs else []
    module.score_tokens = tf.function(score_tokens, input_signature=[token_ids, length, *ngram_logits], autograph=False)
    trained_scores = tf.function(
        lambda text: scores(trained, **tokenize(text)), input_signature=[text], autograph=False
    )
    module.trained_scores = lambda text: trained_scores(text)  # hidden in a plain function, which no SavedModel holds
    return module


def save_module(module: tf.Module, directory: Path) -> None:
    """Write the module as a SavedModel with its three signatures."""
    signatures = {name: getattr(module, name) for name in ("serving_default", "tokenize", "score_tokens")}
    tf.saved_model.save(module, str(directory), signatures=signatures)
