"""What every architecture has to pass: one harness, called with the settings of a tiny network."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from training.config import FitConfig, ModelConfig
from training.examples import Task
from training.fitting import fit, predict_logits
from training.input_pipeline import EncodedCorpus, EncodedTexts
from training.networks import TextClassifier, build_model

VOCABULARY_SIZE = 20
LABEL_COUNT = 3
TOKEN_IDS = np.array([[3, 4, 5, 0, 0], [0, 0, 0, 0, 0], [7, 1, 2, 9, 19], [6, 0, 0, 0, 0]], np.int32)


def check_network(config: ModelConfig, tmp_path: Path) -> None:
    """Check everything that does not depend on the architecture."""
    model = build_model(config, VOCABULARY_SIZE, LABEL_COUNT, seed=1)
    check_scores_and_gradients(model)
    check_compiled_scores_agree(model)
    check_dropout_acts_in_training_only(model)
    check_same_seed_same_network(model, seed=1)
    check_save_and_load(model, tmp_path)
    check_overfits_ten_texts(config)


def check_scores_and_gradients(model: TextClassifier) -> None:
    """The quick part, for the variants of an architecture."""
    check_shape(model)
    check_padding_and_batch_mates_change_nothing(model)
    check_padding_row_contributes_nothing(model)
    check_every_weight_gets_a_gradient(model)


def check_shape(model: TextClassifier) -> None:
    logits = model(TOKEN_IDS)
    assert logits.shape == (len(TOKEN_IDS), LABEL_COUNT)
    assert logits.dtype == tf.float32
    assert np.isfinite(logits).all(), "the empty text must have finite logits too"


def check_padding_and_batch_mates_change_nothing(model: TextClassifier) -> None:
    together = model(TOKEN_IDS).numpy()
    wider = model(np.pad(TOKEN_IDS, [(0, 0), (0, 13)])).numpy()
    alone = [model(ids[np.newaxis, : max(1, np.count_nonzero(ids))]).numpy()[0] for ids in TOKEN_IDS]
    np.testing.assert_allclose(wider, together, atol=1e-5)
    np.testing.assert_allclose(alone, together, atol=1e-5)


def check_padding_row_contributes_nothing(model: TextClassifier) -> None:
    before = model(TOKEN_IDS).numpy()
    table = model.token_table.table
    kept = table.numpy()
    table.assign(np.concatenate([np.full((1, kept.shape[1]), 1e3, np.float32), kept[1:]]))
    np.testing.assert_allclose(model(TOKEN_IDS), before, atol=1e-6)
    table.assign(kept)


def check_every_weight_gets_a_gradient(model: TextClassifier) -> None:
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(model(TOKEN_IDS)))
    gradients = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
    for weight, gradient in zip(model.trainable_weights, gradients, strict=True):
        assert gradient is not None, weight.path
        assert np.any(tf.convert_to_tensor(gradient)), weight.path


def check_compiled_scores_agree(model: TextClassifier) -> None:
    """The service compiles `score_tokens` by XLA, traced for any shape."""
    signature = [tf.TensorSpec([None, None], tf.int32)]
    traced = tf.function(lambda token_ids: model(token_ids), input_signature=signature, autograph=False)
    compiled = tf.function(traced, jit_compile=True)
    np.testing.assert_allclose(traced(TOKEN_IDS), model(TOKEN_IDS), atol=1e-6)
    np.testing.assert_allclose(compiled(tf.constant(TOKEN_IDS)), model(TOKEN_IDS), atol=1e-6)


def check_dropout_acts_in_training_only(model: TextClassifier) -> None:
    np.testing.assert_array_equal(model(TOKEN_IDS), model(TOKEN_IDS))
    assert np.any(model(TOKEN_IDS, training=True) != model(TOKEN_IDS, training=True))


def check_same_seed_same_network(model: TextClassifier, seed: int) -> None:
    same, other = (build_model(model.config, VOCABULARY_SIZE, LABEL_COUNT, number) for number in (seed, seed + 1))
    np.testing.assert_array_equal(same(TOKEN_IDS), model(TOKEN_IDS))
    assert np.any(other(TOKEN_IDS) != model(TOKEN_IDS))


def check_save_and_load(model: TextClassifier, tmp_path: Path) -> None:
    model.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(loaded(TOKEN_IDS), model(TOKEN_IDS))
    assert loaded.get_config() == model.get_config()


def check_overfits_ten_texts(config: ModelConfig) -> None:
    model = build_model(replace(config, drop_mult=0.0), VOCABULARY_SIZE, LABEL_COUNT, seed=3)
    corpus = ten_texts()
    settings = FitConfig(
        epochs=4, batch_size=10, learning_rate=0.03, label_smoothing=0.0, ema_decay=0.5, jit_compile=False
    )
    fit(model, repeated(corpus, 20), corpus, settings, Task.MULTI_CLASS)
    predicted = predict_logits(model, corpus.texts).argmax(axis=1)
    np.testing.assert_array_equal(predicted, corpus.targets.argmax(axis=1))


def ten_texts() -> EncodedCorpus:
    """Ten short texts, all of one bucket, of random tokens with random labels: nothing but memory gets them right."""
    generator = np.random.default_rng(5)
    widths = generator.integers(2, 5, 10)
    token_ids = generator.integers(1, VOCABULARY_SIZE, widths.sum(), dtype=np.int32)
    row_splits = np.concatenate([[0], np.cumsum(widths)]).astype(np.int64)
    targets = np.eye(LABEL_COUNT, dtype=np.float32)[generator.integers(0, LABEL_COUNT, 10)]
    return EncodedCorpus(EncodedTexts(token_ids, row_splits, widths.astype(np.int32)), targets)


def repeated(corpus: EncodedCorpus, times: int) -> EncodedCorpus:
    """The same texts again and again, so that an epoch holds many steps."""
    token_ids, widths = np.tile(corpus.texts.token_ids, times), np.tile(corpus.texts.widths, times)
    row_splits = np.concatenate([[0], np.cumsum(widths)])
    texts = EncodedTexts(token_ids, row_splits, widths.astype(np.int32))
    return EncodedCorpus(texts, np.tile(corpus.targets, (times, 1)))
