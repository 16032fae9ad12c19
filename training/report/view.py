"""What the templates show, prepared: they hold words and layout, this holds what needs thought."""

import json
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from training.config import config_to_dict
from training.evaluation import Evaluation
from training.examples import Task
from training.metrics import LabelMetrics
from training.record import RunRecord
from training.report.charts import line_chart

_MATRIX_LABELS = 20
_MISTAKES_SHOWN = 25
_CONFUSIONS_SHOWN = 25
_TEXT_SHOWN = 400
METRIC_NAMES = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "micro_f1": "micro-F1",
    "calibration_error": "calibration error",
}


def report_view(record: RunRecord) -> dict[str, Any]:
    """Variables of the templates."""
    evaluation = record.evaluation
    return {
        "record": record,
        "config": record.config,
        "evaluation": evaluation,
        "multi_class": record.task is Task.MULTI_CLASS,
        "metric_name": METRIC_NAMES[record.fit.metric],
        "metrics": _metric_rows(record),
        "labels": _label_rows(evaluation, record.baseline),
        "thresholds": dict(zip(record.label_names, record.calibration.thresholds.tolist(), strict=True)),
        "charts": [Markup(chart) for chart in _charts(record)],  # SVG of our own making, names escaped
        "matrix": _matrix_rows(evaluation),
        "confusions": evaluation.top_confusions(_CONFUSIONS_SHOWN),
        "mistakes": evaluation.mistakes[:_MISTAKES_SHOWN],
        "settings": json.dumps(config_to_dict(record.config), indent=2, ensure_ascii=False),
        "shorten": _shorten,
    }


def _metric_rows(record: RunRecord) -> list[tuple[str, float, float | None, float | None]]:
    """Name, network, the same without n-grams, baseline; micro-F1 of multi-class is accuracy under another name."""
    alone = record.ngrams.network_alone.metrics if record.ngrams else {}
    baseline = record.baseline.metrics if record.baseline else {}
    return [
        (METRIC_NAMES[name], value, alone.get(name), baseline.get(name))
        for name, value in record.evaluation.metrics.items()
        if not (name == "micro_f1" and record.task is Task.MULTI_CLASS)
    ]


def _label_rows(
    evaluation: Evaluation, baseline: Evaluation | None
) -> Sequence[tuple[LabelMetrics, LabelMetrics | None]]:
    """Network and baseline for each label, the frequent ones first."""
    others = {metrics.label: metrics for metrics in baseline.label_metrics} if baseline else {}
    rows = [(metrics, others.get(metrics.label)) for metrics in evaluation.label_metrics]
    return sorted(rows, key=lambda row: -row[0].support)


def _charts(record: RunRecord) -> list[str]:
    history, best = record.fit.history, record.fit.best_epoch
    if not history:
        return []
    losses = {"train": [epoch.train_loss for epoch in history], "dev": [epoch.dev_loss for epoch in history]}
    metric: dict[str, list[float]] = {record.fit.metric: [epoch.dev_metrics[record.fit.metric] for epoch in history]}
    return [
        line_chart("loss by epoch, train and dev", losses, best),
        line_chart(f"{METRIC_NAMES[record.fit.metric]} on dev by epoch", metric, best),
    ]


def _matrix_rows(evaluation: Evaluation) -> list[tuple[str, list[tuple[int, int]]]]:
    """Label, then count and per cent of the row for each prediction; none where there are too many to read."""
    if evaluation.confusion is None or len(evaluation.label_metrics) > _MATRIX_LABELS:
        return []
    shares = 100 * evaluation.confusion / evaluation.confusion.sum(axis=1, keepdims=True).clip(min=1)
    return [
        (name, [(int(count), round(share)) for count, share in zip(counts, row, strict=True)])
        for name, counts, row in zip(evaluation.label_names, evaluation.confusion, shares, strict=True)
    ]


def _shorten(text: str) -> str:
    return text if len(text) <= _TEXT_SHOWN else text[:_TEXT_SHOWN] + " …"
