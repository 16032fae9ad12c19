"""Writes docs/accuracy.md from the rows of the accuracy benchmark."""

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from tabulate import tabulate

from benchmarks.accuracy.models import ENCODINGS, FAMILIES, alone_key
from benchmarks.accuracy.rows import DEFAULT, Row
from benchmarks.accuracy.sets import SETS, DataSet, Published
from benchmarks.accuracy.verdict import EXPORTED, reached, reached_by_all, summary, verdict
from training.presets import PRESETS

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
TITLES = {"accuracy": "accuracy", "micro_f1": "micro-F1", "macro_f1": "macro-F1"}
_HEAD = """# Accuracy

Figures are of the test part of ten public data sets, in percent: the mean over the runs and, where there are several
runs, ± their standard deviation. Test was looked at once; dev chose the epoch, temperature, thresholds and the weight
of the n-gram branch. The floor should be passed and the goal be reached by the network that the `accuracy` preset
exports. Bold: the best of ours.

- `speed`, `balanced` and `accuracy` are the [presets](training.md), with the n-gram branch; the exported version was
  opened again and tested. `default` is from before them: the default settings, with embedding or one-hot input.
- Networks alone have the default settings, but for the kind of network and its input, and no n-gram branch.
- TF-IDF linear: word and character n-grams into a linear support vector machine. fastText: word bigrams, 50 wide,
  learning rate .5, 25 epochs (imdb: 10), on the tokens of our tokenizer.
- Networks learn from train, or nine tenths of it where a set has no dev part. The n-gram branch, the linear model and
  fastText, of which dev chooses at most thresholds, then learn from train and dev together.
- Published figures are by others, on the same test part. Seconds are those of training and testing, export not
  included.

Made by `make bench-accuracy` ({machines}); the rows, each with its commit and command, are in
[benchmarks/results/accuracy.json](../benchmarks/results/accuracy.json)."""
_ALONE_HEAD = """## Networks alone

What the kind of network does by itself: embedding input / one-hot input, by the first metric of each set."""
_COSTS = ("seconds", "parameters", "runs", "commit")
_EMPTY = [""] * (1 + len(_COSTS))
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def write_page(rows: Sequence[Row]) -> None:
    """Write the summary, a table of the networks alone, and one table a data set."""
    notes = list(dict.fromkeys(row["note"] for row in rows if row["note"]))
    machines = "; ".join(dict.fromkeys(row["machine"] for row in rows))
    parts = [_HEAD.format(machines=machines), *_footnotes(notes), "## At a glance", _glance(rows), summary(rows)]
    parts += [*_alone(rows), *(part for name in SETS for part in _section(SETS[name], _of(rows, name), notes))]
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _of(rows: Sequence[Row], name: str) -> list[Row]:
    return [row for row in rows if row["set"] == name]


def _footnotes(notes: Sequence[str]) -> Iterator[str]:
    for number, note in enumerate(notes, start=1):
        yield textwrap.fill(f"{str(number).translate(_SUPERSCRIPTS)} {note}", 120)


def _glance(rows: Sequence[Row]) -> str:
    """One line for each data set and metric with a mark."""
    shown = {"linear": "linear", "fasttext": "fastText", DEFAULT: "`default`"}
    shown |= {key: f"`{key}`" for key in PRESETS}
    if not any(row["key"] == DEFAULT for row in rows):
        del shown[DEFAULT]
    lines = []
    for data_set in SETS.values():
        for metric, mark in data_set.marks.items():
            found = {row["key"]: row for row in _of(rows, data_set.name) if row["metric"] == metric}
            best = max((row["mean"] for key, row in found.items() if key in shown), default=None)
            cells = [_figure(found.get(key), best) for key in shown]
            state = reached(found[EXPORTED], mark) if EXPORTED in found else "not measured"
            lines.append([data_set.name, TITLES[metric], *cells, f"{mark.floor:.1f}", f"{mark.goal:.1f}", state])
    return _table(["set", "metric", *shown.values(), "floor", "goal", f"`{EXPORTED}` reaches"], lines)


def _alone(rows: Sequence[Row]) -> Iterator[str]:
    """One line a kind of network, one column a data set, below the linear model."""
    keys = {family: [alone_key(family, encoding) for encoding in ENCODINGS] for family in FAMILIES}
    found = {(row["set"], row["key"]): row for row in rows if row["metric"] == SETS[row["set"]].metric}
    sets = [name for name in SETS if any((name, key) in found for pair in keys.values() for key in pair)]
    if not sets:
        return
    lines = [["TF-IDF linear", *(_figure(found.get((name, "linear"))) for name in sets)]]
    for family, pair in keys.items():
        if any((name, key) in found for name in sets for key in pair):
            cells = (" / ".join(_figure(found.get((name, key))) or "–" for key in pair) for name in sets)
            lines.append([FAMILIES[family], *("" if cell == "– / –" else cell for cell in cells)])
    yield _ALONE_HEAD
    yield _table(["network", *sets], lines)


def _section(data_set: DataSet, rows: Sequence[Row], notes: Sequence[str]) -> Iterator[str]:
    """What the set is, how the exported network stands, and all rows above the marks and the published figures."""
    metrics = data_set.metrics
    best = {metric: max((row["mean"] for row in rows if row["metric"] == metric), default=None) for metric in metrics}
    lines = []
    for key in dict.fromkeys(row["key"] for row in rows):
        found = {row["metric"]: row for row in rows if row["key"] == key}
        one = next(iter(found.values()))
        figures = (_figure(found.get(metric), best[metric]) for metric in metrics)
        lines.append([_name(one, notes), *figures, reached_by_all(found, data_set), *_costs(one)])
    lines += _marks(data_set)
    lines += [_published(published, metrics) for published in data_set.published]
    yield f"## {data_set.name}"
    yield textwrap.fill(f"{data_set.about}. {verdict(data_set, rows)}", 120)
    yield _table(["model", *(TITLES.get(metric, metric) for metric in metrics), "reaches", *_COSTS], lines)


def _name(row: Row, notes: Sequence[str]) -> str:
    """The model, the preset where it has n-grams too, and the number of its note."""
    preset = f" (`{row['preset']}`)" if row["model"].endswith("n-grams") else ""
    note = str(notes.index(row["note"]) + 1).translate(_SUPERSCRIPTS) if row["note"] else ""
    return f"{row['model']}{preset}{note}"


def _marks(data_set: DataSet) -> Iterator[list[str]]:
    for title in ("floor", "goal"):
        marks = (data_set.marks.get(metric) for metric in data_set.metrics)
        yield [f"*{title}*", *("" if mark is None else f"{getattr(mark, title):.2f}" for mark in marks), *_EMPTY]


def _costs(row: Row) -> list[str]:
    seconds = "" if row["train_seconds"] is None else f"{row['train_seconds']:,.0f}"
    parameters = "" if row["parameters"] is None else f"{row['parameters']:,}"
    return [seconds, parameters, str(row["seeds"]), row["commit"]]


def _published(published: Published, metrics: Sequence[str]) -> list[str]:
    figure = " to ".join(f"{percent:.2f}" for percent in published.percent)
    cells = [figure if metric == published.metric else "" for metric in metrics]
    return [f"{published.model} (published)", *cells, *_EMPTY]


def _figure(row: Row | None, best: float | None = None) -> str:
    if row is None:
        return ""
    text = f"{row['mean']:.2f}" + (f" ± {row['spread']:.2f}" if row["spread"] is not None else "")
    return f"**{text}**" if row["mean"] == best else text


def _table(headers: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    return tabulate(lines, headers=headers, tablefmt="github", disable_numparse=True)
