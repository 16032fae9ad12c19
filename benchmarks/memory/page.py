"""Writes docs/memory.md and its plot from the rows of the experiments."""

import textwrap
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from tabulate import tabulate

from benchmarks.memory.plot import draw_plot, mean_by_place
from benchmarks.record import machine

Row = dict[str, Any]
PAGE = Path(__file__).parents[2] / "docs" / "memory.md"
PLOT = "images/memory.svg"
_REMEMBERS = 0.9
_HEAD = """# What the networks remember, see and cost

The classic experiments, made with the networks of `training/networks` and taught by the steps of `training/fitting`.
The networks are small (32 wide), the texts made up and fresh in every step, so that nothing can be learned by heart;
accuracy is that of 1,000 texts that were never seen. A lesson ends when the task is solved, or after a fixed number of
steps: a network that fails here might learn it in many more, or from another start.

Made by `make bench-memory` ({machine}, {seeds}); the rows are in
[benchmarks/results/memory.json](../benchmarks/results/memory.json).
"""
_SECTIONS = {
    "recall": """## Who forgets, and when

The text is a row of random symbols out of eight, and the answer is the first one. Every later token could be the answer
by its looks, so a network has to let in one and keep all others out, over the whole distance. Each network learns the
distances one after another, from 10 on: in 800 steps at most, then 300 for each longer one. Who is right less than half
of the time is taught no longer ones, only tested on them.

Pooling is `last` for all: one direction answers from its state after the last token, the Transformer from the vector
there. With maximum pooling the first state itself would reach the output, and nothing would have to be remembered. The
backward half of the Bi-RNN (Elman, 16 + 16) ends at the first token, so for it the distance is none. Its last row asks
for the symbol in the middle, between two marks, so that the distance is the same to either end; that is harder by more
than the distance, for the network must also see the marks.""",
    "context": """## When the answer lies to the right

A mark stands somewhere in 16 tokens; the answer is the symbol, out of eight, that stands some distance before it. Only
what follows says which token counts. One direction meets the mark after the symbol, so at any time it must hold all the
latest symbols, as many as the distance. The backward half of two directions meets the mark first: it waits, and keeps
one. With the mark to the left of the symbol, one direction does the same: not the network makes the task hard, but the
side on which the mark stands.

GRUs, one direction of 32 units or two of 16, pooling `last`: each answers from what it holds at the end of its way. The
distances are learned one after another, in 500 steps at most, then 400 for each longer one.""",
    "order": """## What positions are for

A and B stand anywhere in a text of noise, once each; which comes first? To attention a text is a bag of tokens unless
positions are added: without them the Transformer (pooling `max_mean`, which is blind to order too) cannot do better
than chance, however long it learns. 800 steps at most.""",
    "time": """## What length costs

All are 64 wide, with a vocabulary of 20,000. Training is by 16 texts a step; answers are compiled, as in the service;
all are medians of rounds by turns. A recurrence takes its steps one after another, so its time grows with the length.
The Transformer does all tokens at once, but each looks at each other, so its time comes to grow with the square of the
length.""",
}
_ACROSS = {"recall": "distance", "context": "distance", "order": "tokens", "time": "tokens"}
_TIMES = {
    "train": "A training step of 16 texts, milliseconds:",
    "answer_batch": "The answer to 16 texts, milliseconds:",
    "answer_one": "The answer to one text, milliseconds:",
}


def write_page(rows: Sequence[Row], note: str = "") -> None:
    """Write the page, below a note on how the figures were taken, and draw the plot beside it."""
    seeds = len({row["seed"] for row in rows if "seed" in row})
    head = _HEAD.format(machine=machine(), seeds="one run each" if seeds < 2 else f"means of {seeds} runs")
    present = [name for name in _SECTIONS if any(row["experiment"] == name for row in rows)]
    sections = [_section(name, [row for row in rows if row["experiment"] == name]) for name in present]
    picture = f"![Accuracies and times of the experiments below]({PLOT})"
    parts = [head.rstrip(), *([textwrap.fill(note, 120)] if note else []), picture, *sections]
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    (PAGE.parent / PLOT).parent.mkdir(exist_ok=True)
    draw_plot(rows, PAGE.parent / PLOT)


def _section(name: str, rows: Sequence[Row]) -> str:
    if name == "time":
        tables = [f"{title}\n\n{_table(name, rows, value, 1000)}" for value, title in _TIMES.items()]
        return "\n\n".join([_SECTIONS[name], *tables])
    chance = f"Accuracy in percent; chance is {100 * rows[0]['chance']:.1f}."
    parts = [_SECTIONS[name], chance, _table(name, rows, "accuracy", 100)]
    return "\n\n".join([*parts, _verdict(rows)] if name == "recall" else parts)


def _verdict(rows: Sequence[Row]) -> str:
    """Say how far each network remembers: up to which place it is right nine times of ten, there and before."""
    reached = []
    for name, places in mean_by_place(rows, "accuracy").items():
        held = list(takewhile(lambda item: item[1] >= _REMEMBERS, places.items()))
        reached.append(f"{name} {held[-1][0]:,}" if held else f"{name} not at all")
    return textwrap.fill(f"Right nine times of ten up to a distance of: {'; '.join(reached)}.", 120)


def _table(experiment: str, rows: Sequence[Row], value: str, scale: float) -> str:
    """One row a network, one column a place."""
    means = mean_by_place(rows, value)
    places = sorted({row["at"] for row in rows})
    cells = [
        [name, *(f"{scale * found[at]:.1f}" if at in found else "" for at in places)] for name, found in means.items()
    ]
    headers = [f"network \\ {_ACROSS[experiment]}", *(f"{place:,}" for place in places)]
    align = ["left"] + ["right"] * len(places)
    return tabulate(cells, headers=headers, tablefmt="github", disable_numparse=True, colalign=align)
