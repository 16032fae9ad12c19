"""metrics.json: every figure of a run, for programs."""

import json
from dataclasses import asdict
from typing import Any

from training.evaluation import Evaluation
from training.record import NgramRecord, RunRecord


def metrics_json(record: RunRecord) -> str:
    """The figures as JSON text."""
    return json.dumps(metrics_dict(record), indent=2, ensure_ascii=False) + "\n"


def metrics_dict(record: RunRecord) -> dict[str, Any]:
    """The figures as plain dictionaries and lists."""
    calibration, fit = record.calibration, record.fit
    return {
        "name": record.name,
        "task": record.task.value,
        "part_sizes": record.part_sizes,
        "data_fingerprint": record.data_fingerprint,
        "vocabulary_size": record.vocabulary_size,
        "vectors": asdict(record.vectors) if record.vectors else None,
        "parameter_count": record.parameter_count,
        "seconds": record.seconds,
        "metric": fit.metric,
        "network_loses": record.network_loses,
        "network": evaluation_dict(record.evaluation),
        "ngram_branch": _ngrams_dict(record.ngrams) if record.ngrams else None,
        "baseline": evaluation_dict(record.baseline) if record.baseline else None,
        "calibration": {
            "temperature": calibration.temperature,
            "thresholds": dict(zip(record.label_names, calibration.thresholds.tolist(), strict=True)),
            "dev_error_before": calibration.error_before,
            "dev_error_after": calibration.error_after,
        },
        "fit": {
            "best_epoch": fit.best_epoch,
            "stopped_by": fit.stopped_by,
            "history": [asdict(epoch) for epoch in fit.history],
        },
    }


def _ngrams_dict(ngrams: NgramRecord) -> dict[str, Any]:
    return {
        "weight": ngrams.weight,
        "parameter_count": ngrams.parameter_count,
        "network_alone": evaluation_dict(ngrams.network_alone),
    }


def evaluation_dict(evaluation: Evaluation) -> dict[str, Any]:
    """The figures of one part; texts stay out of it."""
    return {
        "part": evaluation.part,
        "texts": evaluation.texts,
        "metrics": evaluation.metrics,
        "labels": [asdict(label) for label in evaluation.label_metrics],
        "confusion": evaluation.confusion.tolist() if evaluation.confusion is not None else None,
    }
