"""Measures training against plain Keras and PyTorch, by turns in one run; writes docs/training-speed.md.

Usage: python -m benchmarks.training [--data DIR] [--rounds 5] [--tokens 32 256]
"""

import argparse
import statistics
import subprocess
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.record import record
from benchmarks.training.memory import peak_mebibytes
from benchmarks.training.page import write_page
from benchmarks.training.system import OURS, TORCH_PYTHON, System, systems
from benchmarks.training.texts import write_texts

BATCH = 128
BATCHES = {32: 24, 256: 6}
"""Of one pass, by the number of tokens."""
WORK = Path("build/training")


def main() -> None:
    """Measure, record, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of public data sets; without it, memory is not measured")
    parser.add_argument("--rounds", type=int, default=5, help="passes that count")
    parser.add_argument("--tokens", type=int, nargs="+", choices=BATCHES, default=list(BATCHES))
    arguments = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    rows = [row for tokens in arguments.tokens for row in _speeds(tokens, arguments.rounds)]
    if arguments.data:
        rows.append({"figure": "peak memory", "unit": "MiB", "median": round(peak_mebibytes(arguments.data))})
    record("training", rows)
    write_page(rows, arguments.rounds, BATCH, _versions())


def _speeds(tokens: int, rounds: int) -> list[dict[str, Any]]:
    texts = WORK / f"{tokens}.npz"
    count = BATCH * BATCHES[tokens]
    write_texts(texts, count, tokens)
    with ExitStack() as stack:
        running = [stack.enter_context(system) for system in systems()]
        for system in running:
            print(f"{tokens} tokens, {system.name}: first pass {system.train(texts, BATCH):.1f} s", flush=True)
        seconds: dict[str, list[float]] = {system.name: [] for system in running}
        for number in range(rounds):
            for system in _turned(running, number):
                seconds[system.name].append(system.train(texts, BATCH))
    return [_row(tokens, name, count, times, seconds[OURS]) for name, times in seconds.items()]


def _turned(running: list[System], number: int) -> list[System]:
    shift = number % len(running)
    return [*running[shift:], *running[:shift]]


def _row(tokens: int, name: str, texts: int, seconds: list[float], ours: list[float]) -> dict[str, Any]:
    """Ours over theirs by speed; of our own with more in it, its time over that without."""
    ratios = [their / our for their, our in zip(seconds, ours, strict=True)]
    return {
        "figure": "texts a second",
        "tokens": tokens,
        "system": name,
        "unit": "1/s",
        "median": round(texts / statistics.median(seconds), 1),
        "min": round(texts / max(seconds), 1),
        "max": round(texts / min(seconds), 1),
        "ratio": round(statistics.median(ratios), 3),
    }


def _versions() -> str:
    ours = f"TensorFlow {version('tensorflow')}, Keras {version('keras')}"
    if not TORCH_PYTHON.exists():
        return ours
    command = [str(TORCH_PYTHON), "-c", "import torch; print(torch.__version__)"]
    return f"{ours}, PyTorch {subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()}"


if __name__ == "__main__":
    main()
