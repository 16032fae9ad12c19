"""Writes docs/accuracy.md from the rows of the accuracy benchmark."""

from pathlib import Path
from typing import Any

from benchmarks.accuracy_sets import SETS
from benchmarks.record import machine

NGRAMS = ", n-grams"
PAGE = Path(__file__).parents[1] / "docs" / "accuracy.md"
_HEAD = """# Accuracy

Test part of public data sets, in percent. Each network ran with the default settings: dev chose the epoch, temperature
and thresholds, and test was looked at once. "n-grams" is the same network with the n-gram branch, as it is by default;
without that word it stands alone. The network was trained on train, or on nine tenths of it where a set has no dev
part; the n-gram branch and the linear model (TF-IDF of word and character n-grams, linear SVM) on train and dev
together, once dev had chosen. Published figures are by others, on the same test part. Bold: the best of ours.

Made by `make bench-accuracy` ({machine}); the rows are in
[benchmarks/results/accuracy.json](../benchmarks/results/accuracy.json).
"""


def write_page(rows: list[dict[str, Any]], note: str = "") -> None:
    """Write one table a data set, below a note on how the figures were taken."""
    sections = [_HEAD.format(machine=machine()), note and note + "\n"]
    sections += [_section(name, [row for row in rows if row["set"] == name]) for name in SETS]
    PAGE.write_text("\n".join(section for section in sections if section), encoding="utf-8")


def _section(name: str, rows: list[dict[str, Any]]) -> str:
    if not rows:
        return ""
    lines = [f"## {name}\n", f"{SETS[name].about}.\n"]
    metrics = list(dict.fromkeys(row["metric"] for row in rows))
    models = list(dict.fromkeys(row["model"] for row in rows))
    lines += [
        f"| model | {' | '.join(metrics)} | training seconds | parameters |",
        "|---|" + "---|" * (len(metrics) + 2),
    ]
    best = {metric: max(row["mean"] for row in rows if row["metric"] == metric) for metric in metrics}
    for model in models:
        cells = {row["metric"]: _cell(row, best[row["metric"]]) for row in rows if row["model"] == model}
        one = next(row for row in rows if row["model"] == model)
        lines.append(
            f"| {model} | {' | '.join(cells[metric] for metric in metrics)} "
            f"| {_number(one['train_seconds'])} | {_number(one['parameters'])} |"
        )
    for published in SETS[name].published:
        blank = " | " * (len(metrics) - 1)
        lines.append(f"| {published.model} (published) | {published.percent:.2f} {blank}| | |")
    return "\n".join(lines) + "\n\n" + _verdict(name, rows) + "\n"


def _cell(row: dict[str, Any], best: float) -> str:
    text = f"{row['mean']:.2f}" + (f" ± {row['spread']:.2f}" if row["spread"] is not None else "")
    return f"**{text}**" if row["mean"] == best else text


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _verdict(name: str, rows: list[dict[str, Any]]) -> str:
    """Say in two sentences where the networks stand, those with n-grams and those that stand alone."""
    declared = {row["model"]: row["mean"] for row in rows if row["metric"] == SETS[name].metric}
    networks = {model: mean for model, mean in declared.items() if model.startswith("BiLSTM")}
    (linear,) = (mean for model, mean in declared.items() if model not in networks)
    best = max(networks, key=lambda model: networks[model])
    alone = {model: mean for model, mean in networks.items() if not model.endswith(NGRAMS)}
    best_alone = max(alone, key=lambda model: alone[model])
    recurrent = [published for published in SETS[name].published if published.recurrent]
    passed = [published.model for published in recurrent if alone[best_alone] >= published.percent]
    missed = [published.model for published in recurrent if alone[best_alone] < published.percent]
    text = f"The best ({best}) {_versus(networks[best] - linear)}. "
    text += f"The best that stands alone ({best_alone}) {_versus(alone[best_alone] - linear)}; "
    text += f"published recurrent networks reached: {', '.join(passed) or 'none'}"
    return text + (f"; not reached: {', '.join(missed)}." if missed else ".")


def _versus(difference: float) -> str:
    verb = "beats" if difference > 0 else "loses to" if difference < 0 else "equals"
    return f"{verb} the linear model" + (f" by {abs(difference):.2f}" if difference else "")
