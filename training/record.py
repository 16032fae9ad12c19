"""What a finished run knows of itself: the one source of report, model card, metrics and final table."""

from dataclasses import dataclass
from datetime import datetime

from training.calibration import Calibration
from training.config import TrainingConfig
from training.evaluation import Evaluation
from training.examples import Task
from training.fitting.result import FitResult
from training.vectors import VectorCoverage


@dataclass(frozen=True)
class NgramRecord:
    """What the n-gram branch is, and what the network would be without it.

    Attributes:
        weight: factor of its logits; dev chose it.
        parameter_count: weights of the branch.
        network_alone: the network without it, calibrated by itself, on the part of the final figures.
    """

    weight: float
    parameter_count: int
    network_alone: Evaluation


@dataclass(frozen=True)
class RunRecord:
    """A run up to its export.

    Attributes:
        config: the resolved configuration.
        task: one label a text, or any number of them.
        label_names: in the order of the scores.
        part_sizes: part to number of texts.
        data_fingerprint: SHA-256 over the training texts and labels.
        token_quantiles: how long the training texts are, see `describe_lengths`.
        vocabulary_size: padding and unknown included.
        parameter_count: weights of the network.
        fit: how fitting went.
        calibration: temperature, thresholds, and what they did for dev.
        evaluation: the network, with the n-gram branch, on test, or on dev where there is no test.
        ngrams: the n-gram branch; None where it is switched off.
        baseline: the linear model on the same part; None where it is switched off.
        created_at: the end of the run, in UTC.
        seconds: how long it took, export not included.
        vectors: how much of the vocabulary started from a file of vectors; None without one.
    """

    config: TrainingConfig
    task: Task
    label_names: tuple[str, ...]
    part_sizes: dict[str, int]
    data_fingerprint: str
    token_quantiles: tuple[int, ...]
    vocabulary_size: int
    parameter_count: int
    fit: FitResult
    calibration: Calibration
    evaluation: Evaluation
    ngrams: NgramRecord | None
    baseline: Evaluation | None
    created_at: datetime
    seconds: float
    vectors: VectorCoverage | None = None

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
