"""What fitting leaves behind beside the weights."""

from dataclasses import dataclass
from typing import Literal

from training.metrics import Metric

StoppedBy = Literal["epochs", "patience", "interrupt"]


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """One pass over train: mean training loss, and dev loss and metrics of the averaged weights after it."""

    epoch: int
    train_loss: float
    dev_loss: float
    dev_metrics: dict[str, float]
    learning_rate: float
    seconds: float


@dataclass(frozen=True, slots=True)
class FitResult:
    """How fitting went. The network holds the weights of `best_epoch`, or, where that is 0, those it had at the end.

    Attributes:
        metric: the declared metric that chose.
        history: one record an epoch that came to its end.
        best_epoch: counted from 1; 0 when the first epoch did not come to its end.
        stopped_by: why fitting ended.
    """

    metric: Metric
    history: tuple[EpochRecord, ...]
    best_epoch: int
    stopped_by: StoppedBy

    @property
    def best(self) -> EpochRecord | None:
        """The record of the best epoch."""
        return self.history[self.best_epoch - 1] if self.best_epoch else None
