"""Seconds that networks of one width take over texts of growing length, in training and in answering."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from training.config import FitConfig, ModelConfig
from training.examples import Task
from training.fitting.losses import make_loss
from training.fitting.schedule import WarmupCosine
from training.fitting.training_step import TrainingStep
from training.networks import TextClassifier, build_model

VOCABULARY_SIZE, LABELS, BATCH, UNITS = 20_000, 10, 16, 64
Seconds = dict[str, float]


def time_networks(architectures: list[str], tokens: int, rounds: int) -> dict[str, Seconds]:
    """Time a training step, and answers to a batch and to one text, of every network by turns.

    Args:
        architectures: names, as in the settings of a network.
        tokens: of every text.
        rounds: how often each is timed, after one time that traces and compiles.

    Returns:
        For each architecture the medians, in seconds: `train`, `answer_batch` and `answer_one`.
    """
    actions = {
        (architecture, action): run
        for architecture in architectures
        for action, run in _actions(architecture, tokens).items()
    }
    for run in actions.values():
        run()
    seconds: dict[tuple[str, str], list[float]] = {key: [] for key in actions}
    for _ in range(rounds):
        for key, run in actions.items():
            started = time.perf_counter()
            run()
            seconds[key].append(time.perf_counter() - started)
    medians: dict[str, Seconds] = {architecture: {} for architecture in architectures}
    for (architecture, action), times in seconds.items():
        medians[architecture][action] = round(statistics.median(times), 5)
    return medians


def _actions(architecture: str, tokens: int) -> dict[str, Callable[[], Any]]:
    config = ModelConfig(architecture=architecture, embedding_dim=UNITS, units=UNITS, context_width=UNITS)
    model = build_model(config, VOCABULARY_SIZE, LABELS)
    generator = np.random.default_rng(0)
    token_ids = tf.constant(generator.integers(2, VOCABULARY_SIZE, (BATCH, tokens)), tf.int32)
    targets = tf.one_hot(generator.integers(0, LABELS, BATCH), LABELS)
    step = TrainingStep(model, make_loss(Task.MULTI_CLASS), WarmupCosine(1e-3, 1e-4, 1, 1000), FitConfig())
    answer = _compiled(model)
    return {
        "train": lambda: float(step(token_ids, targets, tf.ones(BATCH))),
        "answer_batch": lambda: answer(token_ids).numpy(),
        "answer_one": lambda: answer(token_ids[:1]).numpy(),
    }


def _compiled(model: TextClassifier) -> Callable[[tf.Tensor], tf.Tensor]:
    """The network as the service runs it: compiled for each shape."""
    answer: Callable[[tf.Tensor], tf.Tensor] = tf.function(
        lambda token_ids: model(token_ids, training=False), jit_compile=True, autograph=False
    )
    return answer
