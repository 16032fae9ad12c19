"""What a finished run knows of itself: the one source of report, model card, metrics and final table."""

from dataclasses import dataclass
from datetime import datetime

from training.calibration import Calibration
from training.config import TrainingConfig
from training.evaluation import Evaluation
from training.examples import Task
from training.fitting.result import FitResult


@dataclass(frozen=True)
class RunRecord:
    """A run up to its export.

    Attributes:
        config: the resolved configuration.
        task: one label a text, or any number of them.
        label_names: in the order of the scores.
        part_sizes: part to number of texts.
        data_fingerprint: SHA-256 over the training texts and labels.
        vocabulary_size: padding and unknown included.
        parameter_count: weights of the network.
        fit: how fitting went.
        calibration: temperature, thresholds, and what they did for dev.
        evaluation: the network on test, or on dev where there is no test.
        baseline: the linear model on the same part; None where it is switched off.
        created_at: the end of the run, in UTC.
        seconds: how long it took, export not included.
    """

    config: TrainingConfig
    task: Task
    label_names: tuple[str, ...]
    part_sizes: dict[str, int]
    data_fingerprint: str
    vocabulary_size: int
    parameter_count: int
    fit: FitResult
    calibration: Calibration
    evaluation: Evaluation
    baseline: Evaluation | None
    created_at: datetime
    seconds: float

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.config.export.name

    @property
    def has_test(self) -> bool:
        """Whether the figures are of texts that chose nothing."""
        return "test" in self.part_sizes

    @property
    def network_loses(self) -> bool:
        """Whether the baseline does better by the declared metric."""
        metric = self.fit.metric
        return self.baseline is not None and self.baseline.metrics[metric] > self.evaluation.metrics[metric]
