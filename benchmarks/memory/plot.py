"""The plot of the experiments: one panel each, drawn by Matplotlib into an SVG file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Panel:
    """One of the experiments in the plot.

    Attributes:
        experiment: which rows.
        value: key of the rows that goes up; accuracies are drawn with the line of chance, times on a logarithmic scale.
    """

    experiment: str
    value: str
    title: str
    across: str
    up: str = "accuracy"


PANELS = (
    Panel("recall", "accuracy", "Which symbol came first?", "distance, tokens"),
    Panel("context", "accuracy", "What stands some tokens from the mark?", "distance from the mark, tokens"),
    Panel("order", "accuracy", "Does A come before B? (Transformer)", "tokens of a text"),
    Panel("time", "train", "A training step, 16 texts", "tokens of a text", "seconds"),
    Panel("time", "answer_one", "The answer to one text", "tokens of a text", "seconds"),
)


def draw_plot(rows: Sequence[Row], path: Path) -> None:
    """Draw all panels that have rows, as .svg or .png; the same rows give the same file."""
    import matplotlib as mpl  # only those who draw need it
    from matplotlib.figure import Figure

    shown = [panel for panel in PANELS if _rows_of(panel, rows)]
    with mpl.rc_context({"svg.hashsalt": "textgate", "font.size": 9}):
        figure = Figure(figsize=(11, 3.6 * -(-len(shown) // 2)), layout="constrained")
        figure.set_facecolor("white")
        for number, panel in enumerate(shown, start=1):
            _draw(figure.add_subplot(-(-len(shown) // 2), 2, number), panel, _rows_of(panel, rows))
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def mean_by_place(rows: Sequence[Row], value: str) -> dict[str, dict[int, float]]:
    """Name to place (distance, tokens, …) to the mean of a value over the seeds, both in the order of the rows."""
    found: dict[str, dict[int, list[float]]] = {}
    for row in rows:
        found.setdefault(row["name"], {}).setdefault(row["at"], []).append(row[value])
    return {
        name: {at: sum(values) / len(values) for at, values in sorted(places.items())} for name, places in found.items()
    }


def _rows_of(panel: Panel, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["experiment"] == panel.experiment]


def _draw(axes: Any, panel: Panel, rows: Sequence[Row]) -> None:
    for (name, places), marker in zip(mean_by_place(rows, panel.value).items(), "osv^Dxp*", strict=False):
        axes.plot(list(places), list(places.values()), marker=marker, markersize=4, linewidth=1.3, label=name)
    axes.set(title=panel.title, xlabel=panel.across, ylabel=panel.up, xscale="log")
    places = sorted({row["at"] for row in rows})
    axes.set_xticks(places, labels=[f"{place:,}" for place in places])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    if panel.value == "accuracy":
        axes.axhline(rows[0]["chance"], color="grey", linestyle=":", linewidth=1, label="chance")
        axes.set_ylim(0, 1.05)
    else:
        axes.set_yscale("log")
    axes.legend(fontsize=8)
