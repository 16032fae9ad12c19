"""The default network trained as `python -m training train` does: planned batches, default step; in its own process.

Usage: python -m benchmarks.training.ours, then a line of JSON for each pass: texts (file), batch, input_ngrams,
ngram_rows. Each is answered by the seconds that the pass took.
"""

import json
import sys
import time
from functools import cache
from typing import Any

import numpy as np


def main() -> None:
    """Answer each line."""
    for line in sys.stdin:
        print(json.dumps(train_once(**json.loads(line))), flush=True)


def train_once(texts: str, batch: int, input_ngrams: int, ngram_rows: int) -> float:
    """Train for one pass over the texts."""
    from training.input_pipeline import bucket_widths, make_batches, plan_batches

    corpus = _load(texts)
    step = _make_step(batch, input_ngrams, ngram_rows)
    generator = np.random.default_rng(0)
    started = time.perf_counter()
    plans = plan_batches(corpus.texts, bucket_widths(corpus.texts), batch, generator)
    losses = [float(step(*values)) for values in make_batches(corpus, plans)]
    seconds = time.perf_counter() - started
    assert np.isfinite(losses).all()
    return seconds


@cache
def _load(texts: str) -> Any:
    from benchmarks.training.texts import LABELS
    from training.input_pipeline import EncodedCorpus, EncodedTexts

    with np.load(texts) as arrays:
        token_ids, labels = arrays["token_ids"], arrays["labels"]
    count, tokens = token_ids.shape
    row_splits = np.arange(count + 1, dtype=np.int64) * tokens
    encoded = EncodedTexts(token_ids.ravel(), row_splits, np.full(count, tokens, np.int32))
    return EncodedCorpus(encoded, np.eye(LABELS, dtype=np.float32)[labels])


@cache
def _make_step(batch: int, input_ngrams: int, ngram_rows: int) -> Any:
    from benchmarks.training.texts import LABELS, VOCABULARY_SIZE
    from training.config import FitConfig, ModelConfig
    from training.examples import Task
    from training.fitting.losses import make_loss
    from training.fitting.schedule import WarmupCosine
    from training.fitting.training_step import TrainingStep
    from training.networks import build_model

    model = build_model(ModelConfig(input_ngrams=input_ngrams, ngram_rows=ngram_rows), VOCABULARY_SIZE, LABELS)
    fit = FitConfig(batch_size=batch)
    schedule = WarmupCosine(peak=fit.learning_rate, final=fit.learning_rate / 100, warmup_steps=10, total_steps=10_000)
    return TrainingStep(model, make_loss(Task.MULTI_CLASS, fit.label_smoothing), schedule, fit)


if __name__ == "__main__":
    main()
