"""Milliseconds of a training step with one-hot input, with a small vocabulary and a large one.

Both networks are trained in one process by turns, on batches with as many different tokens, so that only the number of
rows in the kernel differs.

Usage: python -m benchmarks.one_hot_step_time [--small 20000] [--large 200000] [--rounds 15]
"""

import argparse
import statistics
import time
from collections.abc import Callable

from benchmarks.record import record

BATCH, TOKENS, LABELS = 64, 32, 10
STEPS_A_ROUND = 5


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=20_000, help="words in the small vocabulary")
    parser.add_argument("--large", type=int, default=200_000, help="words in the large one")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    sizes = (arguments.small, arguments.large)
    rounds = [make_round(size, arguments.small) for size in sizes]
    for run in rounds:
        run()  # traces, and allocates
    milliseconds: list[list[float]] = [[], []]
    for _ in range(arguments.rounds):
        for times, run in zip(milliseconds, rounds, strict=True):
            started = time.perf_counter()
            run()
            times.append(1000 * (time.perf_counter() - started) / STEPS_A_ROUND)
    ratios = [large / small for small, large in zip(*milliseconds, strict=True)]
    record(
        "one_hot_step_time",
        {
            "vocabularies": list(sizes),
            "milliseconds_median": [round(statistics.median(times), 1) for times in milliseconds],
            "ratio_median": round(statistics.median(ratios), 3),
            "ratio_min": round(min(ratios), 3),
            "ratio_max": round(max(ratios), 3),
            "batch": f"{BATCH} texts of {TOKENS} tokens",
            "rounds": arguments.rounds,
        },
    )


def make_round(vocabulary_size: int, words_in_use: int) -> Callable[[], None]:
    """Build a network and return a function that trains it for a few steps."""
    import numpy as np
    import tensorflow as tf

    from training.config import FitConfig, ModelConfig
    from training.examples import Task
    from training.fitting.losses import make_loss
    from training.fitting.schedule import WarmupCosine
    from training.fitting.training_step import TrainingStep
    from training.networks import build_model

    model = build_model(ModelConfig(encoding="one_hot"), vocabulary_size, LABELS)
    schedule = WarmupCosine(peak=1e-3, final=1e-5, warmup_steps=10, total_steps=10_000)
    step = TrainingStep(model, make_loss(Task.MULTI_CLASS), schedule, FitConfig())
    generator = np.random.default_rng(0)
    spread = vocabulary_size // words_in_use  # the same words, but all over the larger kernel
    token_ids = tf.constant(generator.integers(2, words_in_use, (BATCH, TOKENS)) * spread, tf.int32)
    targets = tf.one_hot(generator.integers(0, LABELS, BATCH), LABELS)
    weights = tf.ones(BATCH)

    def run() -> None:
        for _ in range(STEPS_A_ROUND):
            loss = step(token_ids, targets, weights)
        float(loss)

    return run


if __name__ == "__main__":
    main()
