"""Milliseconds of a forward pass as the service makes it: by the plain graph, and compiled for the bucket of the batch.

Both score the same random batches in one process by turns. Batches that are no bucket are padded to theirs, and that
counts. The model is an exported version: one that is given, or a bidirectional LSTM (embedding 128, 128 units a
direction, 20,000 words) made on the spot; what its weights have learned makes no difference to its speed.

Usage: python -m benchmarks.forward_pass [--version DIR] [--rounds 30]
"""

import argparse
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.record import record
from service.compilation.buckets import BucketGrid
from service.compilation.compiled_scorer import CompiledScorer
from service.servable import Servable
from service.tensorflow_backend import load_saved_model
from service.tokenizing.tokens import Tokens

SHAPES = ((1, 16), (1, 20), (1, 256), (4, 16), (5, 20), (20, 100), (32, 16), (32, 256), (200, 32))
WORDS, TOKENS, LABELS = 20_000, 40, 10
SETTINGS = {
    "model.embedding_dim": 128,
    "model.units": 128,
    "tokenizer.max_tokens": 256,
    "vocabulary.min_count": 1,
    "fit.epochs": 1,
}


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", type=Path, help="version directory (default: make one)")
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        servable = load_saved_model(arguments.version or make_version(Path(folder)))
        record("forward_pass", [measure(servable, *shape, arguments.rounds) for shape in SHAPES])


def make_version(folder: Path) -> Path:
    """Train on random words for one epoch, and return the version directory."""
    generator = random.Random(0)
    for part, passes in (("train", 2), ("dev", 1)):
        words = [f"w{number}" for _ in range(passes) for number in generator.sample(range(WORDS), WORDS)]
        texts = [" ".join(words[start : start + TOKENS]) for start in range(0, len(words), TOKENS)]
        lines = [f"label{number % LABELS}\t{text}\n" for number, text in enumerate(texts)]
        (folder / f"{part}.tsv").write_text("label\ttext\n" + "".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "training", "train", "--name", "random", "--repository", str(folder / "models")]
    command += ["--train", str(folder / "train.tsv"), "--dev", str(folder / "dev.tsv")]
    command += [part for path, value in SETTINGS.items() for part in ("--set", f"{path}={value}")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder / "models" / "random" / "1"


def measure(servable: Servable, texts: int, tokens: int, rounds: int) -> dict[str, Any]:
    """Time one shape; `ratio` is the median of plain over compiled, round by round."""
    grid = BucketGrid(servable.info.max_tokens, max_batch_tokens=8192)
    scorer = CompiledScorer(servable, grid, time.perf_counter, lambda bucket: None)
    bucket = grid.cover(texts, tokens)
    memory = _resident_kilobytes()
    build_seconds = _seconds(lambda: scorer.build(bucket))
    batch = random_batch(texts, tokens, servable.info.vocabulary_size)
    seconds = [(_seconds(lambda: servable.score(batch)), _seconds(lambda: scorer.score(batch))) for _ in range(rounds)]
    plain, compiled = zip(*seconds, strict=True)
    ratios = [one / other for one, other in seconds]
    return {
        "batch": f"{texts} x {tokens}",
        "bucket": f"{bucket.texts} x {bucket.tokens}",
        "is_used": bucket in scorer.buckets,
        "plain_ms": round(1000 * statistics.median(plain), 2),
        "compiled_ms": round(1000 * statistics.median(compiled), 2),
        "ratio": round(statistics.median(ratios), 2),
        "ratio_min": round(min(ratios), 2),
        "ratio_max": round(max(ratios), 2),
        "build_seconds": round(build_seconds, 2),
        "build_peak_megabytes": round((_resident_kilobytes() - memory) / 1024, 1),
    }


def random_batch(texts: int, tokens: int, vocabulary_size: int) -> Tokens:
    """Texts of random words, all as long."""
    token_ids = np.random.default_rng(0).integers(2, vocabulary_size, (texts, tokens), np.int32)
    return Tokens(token_ids, np.full(texts, tokens, np.int32))


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _resident_kilobytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
