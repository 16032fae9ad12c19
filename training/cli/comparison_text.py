"""The end of `compare`: a row for each configuration, as a table for people or JSON for programs."""

import json
import textwrap
from collections.abc import Sequence

from tabulate import tabulate

from training.comparison import BATCHES, ComparisonRow
from training.examples import Task

_METRICS = {
    Task.MULTI_CLASS: {"accuracy": "accuracy", "macro_f1": "macro-F1"},
    Task.MULTI_LABEL: {"micro_f1": "micro-F1", "macro_f1": "macro-F1"},
}
_STOPPED = "Stopped by Ctrl-C: what is not in the table was not trained, and what is marked (stopped) not to its end."
_NOTE = (
    "Figures of dev, which also chose the weights; `train` with --test has those of texts that chose nothing. "
    "ms/text: from string to scores, by the plain graph, a text's share of a call with 1 text or with 32."
)


def comparison_text(rows: Sequence[ComparisonRow], is_complete: bool) -> str:
    """The table, what its figures mean, and where the versions are, if any were exported."""
    metrics = _METRICS[rows[0].task]
    has_ngrams = any(row.network_alone for row in rows)
    first = next(iter(metrics))
    headers = ["model", *metrics.values(), *([f"{metrics[first]} without n-grams"] if has_ngrams else [])]
    headers += ["train s", "parameters", *(f"ms/text at {batch}" for batch in BATCHES)]
    table = []
    for row in rows:
        alone = [_share(row.network_alone[first] if row.network_alone else None)] if has_ngrams else []
        costs = [
            f"{row.seconds:,.1f}",
            f"{row.parameter_count:,}",
            *(f"{row.milliseconds[size]:.2f}" for size in BATCHES),
        ]
        name = row.name if row.is_complete else f"{row.name} (stopped)"
        table.append([name, *(_share(row.metrics[metric]) for metric in metrics), *alone, *costs])
    align = ["left"] + ["right"] * (len(headers) - 1)
    sections = [
        tabulate(table, headers=headers, tablefmt="simple", disable_numparse=True, colalign=align),
        textwrap.fill(_NOTE, 100),
    ]
    sections += [] if is_complete else [textwrap.fill(_STOPPED, 100)]
    exported = [f"  {row.name}: {row.directory}" for row in rows if row.directory]
    return "\n\n".join([*sections, *(["\n".join(["Exported and verified:", *exported])] if exported else [])])


def comparison_json(rows: Sequence[ComparisonRow], is_complete: bool) -> str:
    """One object: `complete`, `task`, `part` and `rows`."""
    found = [
        {
            "name": row.name,
            "metrics": row.metrics,
            "network_alone": row.network_alone,
            "train_seconds": row.seconds,
            "parameters": row.parameter_count,
            "milliseconds_a_text": {str(batch): value for batch, value in row.milliseconds.items()},
            "complete": row.is_complete,
            "directory": str(row.directory) if row.directory else None,
        }
        for row in rows
    ]
    content = {"complete": is_complete, "task": rows[0].task.value, "part": "dev", "rows": found}
    return json.dumps(content, ensure_ascii=False)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
