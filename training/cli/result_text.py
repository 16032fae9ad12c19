"""The end of `train` and `evaluate` as text for people: figures side by side, and what to type next."""

import shlex
from collections.abc import Mapping, Sequence

from tabulate import tabulate

from training.evaluation import Evaluation
from training.examples import Task
from training.record import RunRecord
from training.run import TrainingResult

_LABELS_SHOWN = 20
_COLUMNS = {
    Task.MULTI_CLASS: {"accuracy": "accuracy", "macro_f1": "macro-F1", "calibration_error": "calibration error"},
    Task.MULTI_LABEL: {
        "micro_f1": "micro-F1",
        "macro_f1": "macro-F1",
        "accuracy": "all labels right",
        "calibration_error": "calibration error",
    },
}


def result_text(result: TrainingResult) -> str:
    """The table of network and baseline, warnings, the place of the version, and the next commands."""
    record = result.record
    network = f"{record.config.model.architecture}, {record.config.model.encoding}"
    evaluations = {network: record.evaluation}
    if record.ngrams:
        evaluations = {
            f"{network}, n-grams": record.evaluation,
            "the same without n-grams": record.ngrams.network_alone,
        }
    if record.baseline:
        evaluations["TF-IDF linear baseline"] = record.baseline
    sections = [_heading(record), metrics_table(evaluations, record.task), *_warnings(record), _next_steps(result)]
    return "\n\n".join(sections)


def metrics_table(evaluations: Mapping[str, Evaluation], task: Task) -> str:
    """One row for each model: name, then its figures."""
    columns = _COLUMNS[task]
    rows = [
        [name, *(_figure(evaluation.metrics.get(metric)) for metric in columns)]
        for name, evaluation in evaluations.items()
    ]
    return _table(rows, ["model", *columns.values()])


def labels_table(evaluation: Evaluation) -> str:
    """Precision, recall and F1 of each label, the frequent ones first."""
    labels = sorted(evaluation.label_metrics, key=lambda label: -label.support)
    rows = [
        [label.label, *map(_figure, (label.precision, label.recall, label.f1)), f"{label.support:,}"]
        for label in labels[:_LABELS_SHOWN]
    ]
    table = _table(rows, ["label", "precision", "recall", "F1", "texts"])
    more = len(labels) - _LABELS_SHOWN
    return f"{table}\n… and {more} less frequent ones (--json lists all)" if more > 0 else table


def _heading(record: RunRecord) -> str:
    evaluation = record.evaluation
    return f"{record.name}: {evaluation.texts:,} texts of {evaluation.part}, {len(record.label_names)} labels"


def _warnings(record: RunRecord) -> list[str]:
    warnings = []
    if record.network_loses:
        warnings.append(
            f"warning: the network loses to the linear baseline by {record.fit.metric}. More texts, more epochs "
            "(--set fit.epochs=40) or one-hot input (--set model.encoding=one_hot) may turn that."
        )
    if not record.has_test:
        warnings.append(
            "warning: these are figures of dev, which also chose the weights: too good by nature. Give texts that "
            "chose nothing with --test."
        )
    return warnings


def _next_steps(result: TrainingResult) -> str:
    directory = shlex.quote(str(result.directory))
    repository = shlex.quote(str(result.directory.parent.parent))
    return f"""\
Exported and verified: {result.directory}
Report: {result.directory}/assets.extra/report/report.html

Next:
  python -m training evaluate {directory} other.csv
  python -m training predict {directory} texts.txt
  python -m service --repository {repository}"""


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _table(rows: Sequence[Sequence[str]], headers: Sequence[str]) -> str:
    align = ["left"] + ["right"] * (len(headers) - 1)
    return tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True, colalign=align if rows else None)
