"""Writes docs/training-speed.md from the rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

from benchmarks.record import machine
from benchmarks.training.system import KERAS, OURS, TORCH, WITH_NGRAMS

Row = dict[str, Any]
PAGE = Path(__file__).parents[2] / "docs" / "training-speed.md"
TARGETS = {TORCH: ("≥", 1.5), KERAS: ("≥", 2.5), WITH_NGRAMS: ("≤", 1.3)}
MOST_MEMORY = 4096
_HEAD = """# Training speed

A BiLSTM (128 + 128 units, embedding 128, vocabulary 20,000, maximum and mean pooling, 10 labels) trained by batches of
{batch}: ours with all that a step of `python -m training train` does (row-sparse Adam, clipped gradients, moving
averages, schedule of the learning rate), the same network in plain Keras trained by `fit`, and in PyTorch (`nn.LSTM`,
Adam). Texts are made up, all of one length, with word frequencies by Zipf's law. Each system has a process of its own
and is called by turns; the first pass, which traces and compiles, does not count. Medians of {rounds} passes, in
brackets the slowest and the fastest.

Made by `make bench-training` ({machine}, {versions}); the rows are in
[benchmarks/results/training.json](../benchmarks/results/training.json).
"""
_NOTES = """
Ratios are ours over theirs, in texts a second: more is better. For hashed bigrams (a table of 2^18 rows beside the
tokens' own, as `model.input_ngrams=2` adds it) the ratio is the time of a step with them over that of one without: less
is better. The wide n-gram branch of the presets costs no step anything, for it is fitted by itself.
"""


def write_page(rows: Sequence[Row], rounds: int, batch: int, versions: str) -> None:
    """Write the page."""
    head = _HEAD.format(batch=batch, rounds=rounds, machine=machine(), versions=versions)
    speeds = [row for row in rows if row["figure"] == "texts a second"]
    table = tabulate(
        [[row["tokens"], row["system"], _speed(row), _ratio(row)] for row in speeds],
        ["tokens", "system", "texts a second", "ratio, target"],
        tablefmt="github",
        disable_numparse=True,
    )
    parts = [head, table, _NOTES, *(_memory(row) for row in rows if row["figure"] == "peak memory")]
    PAGE.write_text("\n".join(part.strip("\n") + "\n" for part in parts), encoding="utf-8")


def verdict(row: Row) -> str:
    """Whether a row meets its target."""
    sign, target = TARGETS[row["system"]]
    return "met" if (row["ratio"] >= target if sign == "≥" else row["ratio"] <= target) else "missed"


def _speed(row: Row) -> str:
    return f"{row['median']:,.0f} ({row['min']:,.0f} to {row['max']:,.0f})"


def _ratio(row: Row) -> str:
    if row["system"] == OURS:
        return ""
    sign, target = TARGETS[row["system"]]
    return f"{row['ratio']:.2f}, {sign} {target}: {verdict(row)}"


def _memory(row: Row) -> str:
    found = "met" if row["median"] <= MOST_MEMORY else "missed"
    return (
        f"Training on imdb (22,500 reviews, the defaults, one epoch) takes {row['median']:,.0f} MiB at most, of which "
        f"TensorFlow itself is some 500; target: {MOST_MEMORY:,}, {found}.\n"
    )
