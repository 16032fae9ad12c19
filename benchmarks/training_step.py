"""Texts a second that a training step takes in, with plain and with compiled recurrences, by turns in one process.

Usage: python -m benchmarks.training_step [--rounds 3]
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.record import record

VOCABULARY_SIZE, LABELS = 20_000, 10
SHAPES = ((64, 32), (128, 32), (64, 256), (128, 256))


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    rows = [
        compare(encoding, batch, tokens, rounds) for encoding in ("embedding", "one_hot") for batch, tokens in SHAPES
    ]
    record("training_step", rows)


def compare(encoding: str, batch: int, tokens: int, rounds: int) -> dict[str, Any]:
    """Time both kinds of step by turns, after a first step of each that traces and compiles."""
    steps = [make_step(encoding, batch, tokens, compiled) for compiled in (False, True)]
    for step in steps:
        step()
    seconds: list[list[float]] = [[], []]
    for _ in range(rounds):
        for times, step in zip(seconds, steps, strict=True):
            started = time.perf_counter()
            step()
            times.append(time.perf_counter() - started)
    plain, compiled = (statistics.median(times) for times in seconds)
    return {
        "encoding": encoding,
        "batch": batch,
        "tokens": tokens,
        "plain_texts_a_second": round(batch / plain),
        "compiled_texts_a_second": round(batch / compiled),
        "ratio": round(plain / compiled, 2),
    }


def make_step(encoding: str, batch: int, tokens: int, compiled: bool) -> Callable[[], float]:
    """Build the default network and return a function that trains it for one step."""
    import numpy as np
    import tensorflow as tf

    from training.config import FitConfig, ModelConfig
    from training.examples import Task
    from training.fitting.losses import make_loss
    from training.fitting.schedule import WarmupCosine
    from training.fitting.training_step import TrainingStep
    from training.networks import build_model

    model = build_model(ModelConfig(encoding=encoding), VOCABULARY_SIZE, LABELS)
    schedule = WarmupCosine(peak=1e-3, final=1e-5, warmup_steps=10, total_steps=10_000)
    step = TrainingStep(model, make_loss(Task.MULTI_CLASS), schedule, FitConfig(jit_compile=compiled))
    generator = np.random.default_rng(0)
    token_ids = tf.constant(generator.integers(2, VOCABULARY_SIZE, (batch, tokens)), tf.int32)
    targets = tf.one_hot(generator.integers(0, LABELS, batch), LABELS)
    weights = tf.ones(batch)
    return lambda: float(step(token_ids, targets, weights))


if __name__ == "__main__":
    main()
