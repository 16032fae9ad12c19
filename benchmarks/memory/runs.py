"""Training a network on a made-up task, and how often it is right afterwards."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks.memory.experiments import Course, Lesson
from benchmarks.memory.tasks import Int32Array, MemoryTask
from training.config import FitConfig, ModelConfig
from training.examples import Task
from training.fitting import predict_logits
from training.fitting.losses import make_loss
from training.fitting.schedule import WarmupCosine
from training.fitting.training_step import TrainingStep
from training.input_pipeline import EncodedTexts
from training.networks import TextClassifier, build_model

_TEST_TEXTS = 1000
# Solved when the loss of this many batches in a row is a twentieth of that of guessing.
_SOLVED_BATCHES, _SOLVED_SHARE = 20, 0.05
_LOST_BELOW = 0.5


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        accuracy: share of right answers to texts that were never seen.
        steps: of training; fewer than allowed when the task was solved.
        seconds: of training and testing, tracing and compiling included.
    """

    accuracy: float
    steps: int
    seconds: float


def teach(course: Course, seed: int) -> Iterator[dict[str, Any]]:
    """Teach a network the tasks of a course, and give a row for each.

    A network that goes on from task to task, and is right less than half of the time after one, is taught no further
    ones: it is tested on them as it is.
    """
    model, lost = None, False
    for number, (at, task) in enumerate(course.tasks.items()):
        if model is None or course.next_lesson is None:
            model = build_model(network_config(course.settings), task.vocabulary_size, task.label_count, seed)
        lesson = course.lesson if number == 0 else course.next_lesson or course.lesson
        outcome = learn(model, task, replace(lesson, steps=0) if lost else lesson, seed)
        lost = course.next_lesson is not None and outcome.accuracy < _LOST_BELOW
        row = {"experiment": course.experiment, "name": course.name, "at": at, "seed": seed, "chance": task.chance}
        yield {**row, **asdict(outcome)}


def network_config(settings: dict[str, Any]) -> ModelConfig:
    """A small network without dropouts: fresh texts in every step leave nothing to learn by heart."""
    small = {"embedding_dim": 32, "units": 32, "context_width": 32, "heads": 2, "feed_forward_width": 64}
    return ModelConfig(**{"drop_mult": 0.0, "pooling": "last", **small, **settings})


def learn(model: TextClassifier, task: MemoryTask, lesson: Lesson, seed: int) -> Outcome:
    """Train in place, on fresh texts in every step, until the task is solved or the steps are used up; then test."""
    started = time.perf_counter()
    generator = np.random.default_rng((seed, 0))
    schedule = WarmupCosine(lesson.learning_rate, 0.1 * lesson.learning_rate, lesson.steps // 20, lesson.steps)
    step = TrainingStep(model, make_loss(Task.MULTI_CLASS), schedule, FitConfig(weight_decay=0.0))
    losses: list[float] = []
    while len(losses) < lesson.steps and not _is_solved(losses, task):
        token_ids, answers = task.draw(generator, lesson.batch)
        losses.append(float(step(tf.constant(token_ids), tf.one_hot(answers, task.label_count), tf.ones(lesson.batch))))
    token_ids, answers = task.draw(np.random.default_rng((seed, 1)), _TEST_TEXTS)
    right = predict_logits(model, _encoded(token_ids)).argmax(axis=1) == answers
    return Outcome(float(right.mean()), len(losses), round(time.perf_counter() - started, 1))


def _is_solved(losses: list[float], task: MemoryTask) -> bool:
    recent = losses[-_SOLVED_BATCHES:]
    return len(recent) == _SOLVED_BATCHES and np.mean(recent) < _SOLVED_SHARE * np.log(task.label_count)


def _encoded(token_ids: Int32Array) -> EncodedTexts:
    texts, tokens = token_ids.shape
    return EncodedTexts(token_ids.ravel(), np.arange(texts + 1) * tokens, np.full(texts, tokens, np.int32))
