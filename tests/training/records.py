"""A finished run, made up: every figure is written here, none is computed by the code under test."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from training.calibration import Calibration
from training.config import DataConfig, ExportConfig, TrainingConfig
from training.evaluation import Evaluation, Mistake
from training.examples import Task
from training.fitting.result import EpochRecord, FitResult
from training.metrics import LabelMetrics
from training.record import NgramRecord, RunRecord

LABELS = ("bad", "good", "好")


def make_evaluation(labels: tuple[str, ...] = LABELS, accuracy: float = 0.75, **changes: Any) -> Evaluation:
    """Figures of a part of eight texts, two of them wrong."""
    confusion = np.diag(np.arange(2, len(labels) + 2))
    confusion[0, 1] = 2
    evaluation = Evaluation(
        part="test",
        texts=8,
        metrics={"accuracy": accuracy, "macro_f1": 0.625, "micro_f1": accuracy, "calibration_error": 0.0625},
        label_metrics=tuple(LabelMetrics(label, 0.5, 0.25, 0.125, 10 + n) for n, label in enumerate(labels)),
        confusion=confusion,
        mistakes=(
            Mistake("a text taken for another", "test.csv:7", (labels[0],), (labels[1],), 4.5),
            Mistake("второй текст", "test.csv:9", (labels[0],), (labels[1], labels[-1]), 2.25),
        ),
    )
    return replace(evaluation, **changes)


def make_epoch(epoch: int, accuracy: float, loss: float = 1.0) -> EpochRecord:
    """An epoch whose dev loss is half its training loss."""
    metrics = {"accuracy": accuracy, "macro_f1": accuracy / 2, "micro_f1": accuracy}
    return EpochRecord(epoch, loss, loss / 2, metrics, learning_rate=0.001, seconds=1.5)


def make_record(labels: tuple[str, ...] = LABELS, **changes: Any) -> RunRecord:
    """A multi-class run of three epochs, the second the best, with a baseline that is worse."""
    record = RunRecord(
        config=TrainingConfig(data=DataConfig(train="train.csv"), export=ExportConfig(name="news")),
        task=Task.MULTI_CLASS,
        label_names=labels,
        part_sizes={"train": 1200, "dev": 130, "test": 8},
        data_fingerprint="0123456789abcdef" * 4,
        token_quantiles=tuple(range(2, 44, 2)),
        vocabulary_size=4321,
        parameter_count=98765,
        fit=FitResult("accuracy", (make_epoch(1, 0.5, 2.0), make_epoch(2, 0.75), make_epoch(3, 0.625)), 2, "patience"),
        calibration=Calibration(1.25, np.zeros(len(labels), np.float32), 0.1875, 0.03125),
        evaluation=make_evaluation(labels),
        ngrams=NgramRecord(0.75, 54321, make_evaluation(labels, accuracy=0.6875)),
        baseline=make_evaluation(labels, accuracy=0.5),
        created_at=datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
        seconds=61.4,
    )
    return replace(record, **changes)


def make_multi_label_record(labels: tuple[str, ...] = LABELS, **changes: Any) -> RunRecord:
    """The same with a threshold for each label: 0.25, 0.3125, …"""
    thresholds = (0.25 + np.arange(len(labels)) / 16).astype(np.float32)
    record = make_record(
        labels,
        task=Task.MULTI_LABEL,
        calibration=Calibration(1.25, thresholds, 0.1875, 0.03125),
        evaluation=make_evaluation(labels, confusion=None),
        ngrams=NgramRecord(0.75, 54321, make_evaluation(labels, accuracy=0.6875, confusion=None)),
        baseline=make_evaluation(labels, accuracy=0.5, confusion=None),
        fit=FitResult("micro_f1", (make_epoch(1, 0.5),), 1, "epochs"),
    )
    return replace(record, **changes)


def without_test(record: RunRecord) -> RunRecord:
    """The same run without a test part: dev is looked at."""
    sizes = {part: size for part, size in record.part_sizes.items() if part != "test"}
    return replace(record, part_sizes=sizes, evaluation=replace(record.evaluation, part="dev"))
