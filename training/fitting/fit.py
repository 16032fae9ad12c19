"""Fitting a network: epochs of steps, dev after each, the best averaged weights kept."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from training.config import FitConfig
from training.errors import CorpusError, FitError
from training.examples import Task
from training.fitting.class_weights import class_weights
from training.fitting.evaluation import Evaluation, evaluate
from training.fitting.losses import make_loss
from training.fitting.prediction import LogitPredictor
from training.fitting.priors import start_from_priors
from training.fitting.result import EpochRecord, FitResult, StoppedBy
from training.fitting.schedule import WarmupCosine
from training.fitting.settings import check_fit_settings
from training.fitting.training_step import TrainingStep
from training.input_pipeline import BatchPlan, EncodedCorpus, bucket_widths, make_batches, plan_batches
from training.metrics import Metric, decide_metric
from training.networks import TextClassifier
from training.progress import Progress, SilentProgress, format_seconds

DEFAULT_EPOCHS = {Task.MULTI_CLASS: 12, Task.MULTI_LABEL: 20}


@dataclass
class _Best:
    """The best weights so far, and how good they are: by the declared metric, among equals by the lower loss."""

    epoch: int = 0
    rank: tuple[float, float] = (-np.inf, -np.inf)
    weights: list[npt.NDArray[np.float32]] = field(default_factory=list)

    def offer(self, epoch: int, rank: tuple[float, float], model: TextClassifier) -> None:
        """Keep the weights when they are better."""
        if rank > self.rank:
            self.epoch, self.rank, self.weights = epoch, rank, model.get_weights()


def fit(
    model: TextClassifier,
    train: EncodedCorpus,
    dev: EncodedCorpus,
    config: FitConfig,
    task: Task,
    progress: Progress | None = None,
) -> FitResult:
    """Train the network in place and leave the best averaged weights in it.

    Ctrl-C (KeyboardInterrupt) ends training with the best weights so far; in the first epoch, with the averages as
    they are. The same seed, data and machine give the same weights.

    Raises:
        CorpusError: train or dev has no texts.
        ConfigError: a setting has a value that cannot be trained with.
        FitError: the loss is no longer finite.
    """
    check_fit_settings(config)
    for name, corpus in (("train", train), ("dev", dev)):
        if len(corpus) == 0:
            raise CorpusError(f"the {name} part has no texts: fitting needs both train and dev")
    return _Fitting(model, train, dev, config, task, progress or SilentProgress()).run()


class _Fitting:
    def __init__(
        self,
        model: TextClassifier,
        train: EncodedCorpus,
        dev: EncodedCorpus,
        config: FitConfig,
        task: Task,
        progress: Progress,
    ) -> None:
        self._model, self._train, self._dev = model, train, dev
        self._config, self._task, self._progress = config, task, progress
        self._epochs = config.epochs or DEFAULT_EPOCHS[task]
        self._metric = _declared_metric(config, task, train)
        self._widths = bucket_widths(train.texts)
        self._steps_per_epoch = len(self._plan(0))
        weights = class_weights(train.targets, task, config)
        start_from_priors(model, train.targets, task, weights)
        loss = make_loss(task, config.label_smoothing, config.focal_gamma, weights)
        self._step = TrainingStep(model, loss, self._schedule(), config)
        self._predict = LogitPredictor(model)
        self._history: list[EpochRecord] = []
        self._best = _Best()

    def run(self) -> FitResult:
        """Run all epochs."""
        stopped_by: StoppedBy = "epochs"
        try:
            for epoch in range(1, self._epochs + 1):
                self._run_epoch(epoch)
                if epoch - self._best.epoch >= self._config.patience:
                    stopped_by = "patience"
                    break
        except KeyboardInterrupt:
            stopped_by = "interrupt"
        self._restore_best()
        self._progress.message(_describe_end(stopped_by, self._best.epoch))
        return FitResult(self._metric, tuple(self._history), self._best.epoch, stopped_by)

    def _run_epoch(self, epoch: int) -> None:
        started = time.monotonic()
        losses = list(self._train_epoch(epoch))
        with self._step.averaged_weights():
            evaluation = evaluate(self._predict, self._dev, self._task)
            record = self._record(epoch, losses, evaluation, time.monotonic() - started)
            self._best.offer(epoch, (evaluation.metrics[self._metric], -evaluation.loss), self._model)
        self._history.append(record)
        self._progress.message(self._describe(record))

    def _train_epoch(self, epoch: int) -> Iterator[float]:
        plans = self._plan(epoch)
        batches = self._progress.track(make_batches(self._train, plans), len(plans), f"epoch {epoch}/{self._epochs}")
        for batch in batches:
            loss = float(self._step(*batch))
            if not np.isfinite(loss):
                raise FitError(f"the loss became {loss} in epoch {epoch}: lower fit.learning_rate or fit.clip_norm")
            yield loss

    def _plan(self, epoch: int) -> list[BatchPlan]:
        generator = np.random.default_rng((self._config.seed, epoch))
        return plan_batches(self._train.texts, self._widths, self._config.batch_size, generator)

    def _schedule(self) -> WarmupCosine:
        total = self._steps_per_epoch * self._epochs
        return WarmupCosine(
            peak=self._config.learning_rate,
            final=self._config.learning_rate * self._config.final_rate_fraction,
            warmup_steps=round(total * self._config.warmup_fraction),
            total_steps=total,
        )

    def _record(self, epoch: int, losses: list[float], evaluation: Evaluation, seconds: float) -> EpochRecord:
        return EpochRecord(
            epoch=epoch,
            train_loss=float(np.mean(losses)),
            dev_loss=evaluation.loss,
            dev_metrics=evaluation.metrics,
            learning_rate=self._step.learning_rate,
            seconds=seconds,
        )

    def _describe(self, record: EpochRecord) -> str:
        mark = " (best so far)" if record.epoch == self._best.epoch else ""
        dev = f"dev loss {record.dev_loss:.4f}, dev {self._metric} {record.dev_metrics[self._metric]:.4f}{mark}"
        return (
            f"epoch {record.epoch}/{self._epochs}: loss {record.train_loss:.4f}, {dev}, "
            f"{format_seconds(record.seconds)}"
        )

    def _restore_best(self) -> None:
        if self._best.epoch == 0:
            with self._step.averaged_weights():
                self._best.weights = self._model.get_weights()
        self._model.set_weights(self._best.weights)


def _declared_metric(config: FitConfig, task: Task, train: EncodedCorpus) -> Metric:
    if config.metric != "auto":
        return config.metric
    return decide_metric(task, [int(count) for count in train.targets.sum(axis=0)])


def _describe_end(stopped_by: StoppedBy, best_epoch: int) -> str:
    reason = {
        "epochs": "all epochs done",
        "patience": "dev no longer improves",
        "interrupt": "stopped by Ctrl-C",
    }[stopped_by]
    kept = f"the weights of epoch {best_epoch}" if best_epoch else "the weights of the unfinished first epoch"
    return f"{reason}: keeping {kept}"
