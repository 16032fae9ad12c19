"""A step that touches the rows of its batch only, against a dense step made of Keras' parts."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from training.config import FitConfig, ModelConfig
from training.examples import Task
from training.fitting.losses import make_loss
from training.fitting.optimizers import BETA_2, EPSILON
from training.fitting.schedule import WarmupCosine
from training.fitting.training_step import TrainingStep
from training.networks import TextClassifier, build_model

CONFIG = ModelConfig(units=3, embedding_dim=4, token_dropout=0.0, input_dropout=0.0, output_dropout=0.0)
TOKEN_IDS = tf.constant([[2, 5, 2, 0], [7, 0, 0, 0], [1, 5, 8, 2]], tf.int32)
TARGETS = tf.constant(np.eye(3)[[0, 2, 1]], tf.float32)
WEIGHTS = tf.ones(3)
FIT = FitConfig(label_smoothing=0.0, weight_decay=0.1, clip_norm=0.05, jit_compile=False)


def make_step(
    encoding: str = "embedding", fit: FitConfig = FIT, input_ngrams: int = 1
) -> tuple[TextClassifier, TrainingStep]:
    config = replace(CONFIG, encoding=encoding, input_ngrams=input_ngrams, ngram_rows=6)
    model = build_model(config, vocabulary_size=9, label_count=3, seed=4)
    return model, TrainingStep(model, make_loss(Task.MULTI_CLASS), WarmupCosine(0.01, 0.01, 0, 10), fit)


def dense_step(model: TextClassifier) -> None:
    weights = model.trainable_weights
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(TARGETS, model(TOKEN_IDS)))
    gradients = [tf.convert_to_tensor(g) for g in tape.gradient(loss, [weight.value for weight in weights])]
    clipped, _ = tf.clip_by_global_norm(gradients, FIT.clip_norm)
    decaying = [len(weight.shape) > 1 and weight is not model.token_table.table for weight in weights]
    # Keras adds epsilon before the bias correction, which divides it by this root at the first step.
    epsilon = EPSILON * np.sqrt(1 - BETA_2)
    for decay in (False, True):
        chosen = [index for index, decays in enumerate(decaying) if decays == decay]
        optimizer = keras.optimizers.AdamW(0.01, weight_decay=FIT.weight_decay if decay else 0.0, epsilon=epsilon)
        optimizer.apply([clipped[index] for index in chosen], [weights[index] for index in chosen])


@pytest.mark.parametrize(("encoding", "input_ngrams"), [("embedding", 1), ("one_hot", 1), ("embedding", 3)])
def test_a_first_step_equals_the_dense_one(encoding: str, input_ngrams: int) -> None:
    model, step = make_step(encoding, input_ngrams=input_ngrams)
    reference, _ = make_step(encoding, input_ngrams=input_ngrams)
    step(TOKEN_IDS, TARGETS, WEIGHTS)
    dense_step(reference)
    for ours, theirs in zip(model.weights, reference.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-5, err_msg=ours.path)


def test_rows_that_the_batch_does_not_hold_stay_as_they_are() -> None:
    model, step = make_step()
    before = model.token_table.table.numpy()
    for _ in range(3):
        step(TOKEN_IDS, TARGETS, WEIGHTS)
    changed = np.any(model.token_table.table.numpy() != before, axis=1)
    assert np.flatnonzero(changed).tolist() == [1, 2, 5, 7, 8]


def test_rows_that_fill_a_batch_up_change_nothing() -> None:
    model, step = make_step()
    padded_model, padded_step = make_step()
    step(TOKEN_IDS, TARGETS, WEIGHTS)
    padded_step(tf.pad(TOKEN_IDS, [[0, 2], [0, 0]]), tf.pad(TARGETS, [[0, 2], [0, 0]]), tf.constant([1.0, 1, 1, 0, 0]))
    for one, other in zip(model.weights, padded_model.weights, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6, err_msg=one.path)


def test_a_compiled_step_equals_a_plain_one() -> None:
    model, step = make_step()
    compiled_model, compiled_step = make_step(fit=replace(FIT, jit_compile=True))
    for _ in range(2):
        loss = step(TOKEN_IDS, TARGETS, WEIGHTS)
        compiled_loss = compiled_step(TOKEN_IDS, TARGETS, WEIGHTS)
    np.testing.assert_allclose(compiled_loss, loss, rtol=1e-5)
    for one, other in zip(model.weights, compiled_model.weights, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4, err_msg=one.path)


def test_averaged_weights_are_those_of_a_plain_running_average_and_go_again() -> None:
    model, step = make_step()
    wanted = [weight.numpy() for weight in model.weights]
    for count in range(1, 4):
        step(TOKEN_IDS[count - 1 : count], TARGETS[count - 1 : count], WEIGHTS[:1])
        decay = (1 + count) / (10 + count)
        wanted = [
            decay * value + (1 - decay) * weight.numpy() for value, weight in zip(wanted, model.weights, strict=True)
        ]
    trained = model.get_weights()
    with step.averaged_weights():
        for weight, value in zip(model.weights, wanted, strict=True):
            np.testing.assert_allclose(weight, value, atol=1e-6, err_msg=weight.path)
    for weight, value in zip(model.weights, trained, strict=True):
        np.testing.assert_array_equal(weight, value)
