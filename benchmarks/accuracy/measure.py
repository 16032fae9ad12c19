"""Trains one model on one data set and looks at test, by the code of training."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.accuracy.fasttext_baseline import FastText
from benchmarks.accuracy.models import network_name
from benchmarks.accuracy.runs import FASTTEXT, Run
from benchmarks.accuracy.sets import UNSEEN
from training.config import DataConfig, TrainingConfig
from training.corpus import read_parts, text_identity
from training.evaluation import Evaluation, evaluate_scores
from training.examples import Corpus, Task
from training.export.exported_model import ExportedModel
from training.parts import prepare_parts
from training.progress import Progress
from training.record import RunRecord
from training.run import fit_baseline, make_content, run_training
from training.targets import multi_hot
from training.thresholds import choose_thresholds
from training.tokenizer import Tokenizer


@dataclass(frozen=True)
class Tested:
    """A trained model that has been tested.

    Attributes:
        name: what it is called in tables.
        evaluation: of test.
        seconds: from texts to figures, without reading and exporting.
        parameters: weights, those of an n-gram branch included.
        details: what else is worth keeping of the run.
    """

    name: str
    evaluation: Evaluation
    seconds: float
    parameters: int
    details: dict[str, Any] = field(default_factory=dict)


def measure(run: Run, data: Path, repository: Path, progress: Progress) -> dict[str, Any]:
    """Train and test.

    Args:
        run: what to train on what.
        data: folder of all data sets.
        repository: a folder for an export.
        progress: is told how far it is.

    Returns:
        name of the model, metrics (as shares), seconds, parameters, and details of its kind.

    Raises:
        TrainingError: something is wrong with the files, or training went astray.
        KeyboardInterrupt: Ctrl-C, in fitting too, which by itself would take it for an early end.
    """
    config = run.config(data, repository)
    tested = _KINDS[run.model.kind](run, config, progress)
    metrics = dict(tested.evaluation.metrics)
    if run.data_set.unseen:
        metrics[UNSEEN] = unseen_accuracy(config.data, tested.evaluation)
    return {
        "name": tested.name,
        "metrics": metrics,
        "seconds": tested.seconds,
        "parameters": tested.parameters,
        **tested.details,
    }


def unseen_accuracy(data: DataConfig, evaluation: Evaluation) -> float:
    """Accuracy over those test texts that stand neither in train nor in dev, both of which were learned from."""
    parts = {name: result.corpus for name, result in read_parts(data).items()}
    test = parts.pop("test")
    seen = {text_identity(text) for part in parts.values() for text in part.texts}
    unseen = sum(text_identity(text) not in seen for text in test.texts)
    wrong = sum(text_identity(mistake.text) not in seen for mistake in evaluation.mistakes)
    return 1 - wrong / unseen


def _linear(run: Run, config: TrainingConfig, progress: Progress) -> Tested:
    np.random.seed(run.seed)  # scikit-learn takes its order of texts from there
    parts = prepare_parts(config, progress.message)
    started = time.monotonic()
    baseline, evaluation = fit_baseline(config, parts, progress)
    return Tested("TF-IDF linear", evaluation, time.monotonic() - started, baseline.parameter_count)


def _fasttext(run: Run, config: TrainingConfig, progress: Progress) -> Tested:
    """As the linear model: for several labels dev chooses thresholds, then train and dev are learned from."""
    parts = prepare_parts(config, progress.message)
    _, test = parts.last_look
    started = time.monotonic()
    tokenizer = Tokenizer(config.tokenizer)
    thresholds = np.zeros(len(parts.label_names), np.float32)
    progress.message("fitting fastText")
    if parts.task is Task.MULTI_LABEL:
        scores = _scores(_fit_fasttext(run, parts.train, tokenizer), parts.dev, tokenizer)
        thresholds = choose_thresholds(scores, multi_hot(parts.dev, parts.label_names))
    model = _fit_fasttext(run, parts.train_and_dev, tokenizer)
    scores = _scores(model, test, tokenizer)
    evaluation = evaluate_scores("test", test, model.label_names, scores, thresholds)
    return Tested("fastText", evaluation, time.monotonic() - started, model.parameter_count)


def _fit_fasttext(run: Run, corpus: Corpus, tokenizer: Tokenizer) -> FastText:
    tokens = tokenizer.tokenize_texts(corpus.texts)
    return FastText.fit(corpus, tokens, run.seed, epoch=run.data_set.fasttext_epochs, **FASTTEXT)


def _scores(model: FastText, corpus: Corpus, tokenizer: Tokenizer) -> npt.NDArray[np.float32]:
    return model.scores(tokenizer.tokenize_texts(corpus.texts))


def _preset(run: Run, config: TrainingConfig, progress: Progress) -> Tested:
    """Test the exported version, opened again: the figures are those that a user gets."""
    result = run_training(config, progress)
    _check_complete(result.record)
    progress.message("testing the exported version")
    model = ExportedModel.open(result.directory)
    test = read_parts(config.data)["test"].corpus
    evaluation = evaluate_scores("test", test, model.label_names, model.scores(test.texts), model.thresholds)
    ngrams = result.record.ngrams
    branch = {"branch_weight": ngrams.weight, "network_alone": ngrams.network_alone.metrics} if ngrams else {}
    parameters = result.record.parameter_count + (ngrams.parameter_count if ngrams else 0)
    name = network_name(config.model, ngrams=ngrams is not None)
    return Tested(name, evaluation, result.record.seconds, parameters, _course(result.record) | branch)


def _alone(run: Run, config: TrainingConfig, progress: Progress) -> Tested:
    _, record = make_content(config, prepare_parts(config, progress.message), progress)
    _check_complete(record)
    name = network_name(config.model, ngrams=False)
    return Tested(name, record.evaluation, record.seconds, record.parameter_count, _course(record))


def _check_complete(record: RunRecord) -> None:
    if record.fit.stopped_by == "interrupt":
        raise KeyboardInterrupt


def _course(record: RunRecord) -> dict[str, Any]:
    """How fitting went."""
    return {
        "epochs": len(record.fit.history),
        "best_epoch": record.fit.best_epoch,
        "dev": record.fit.best.dev_metrics if record.fit.best else {},
    }


_KINDS: dict[str, Callable[[Run, TrainingConfig, Progress], Tested]] = {
    "linear": _linear,
    "fasttext": _fasttext,
    "preset": _preset,
    "alone": _alone,
}
