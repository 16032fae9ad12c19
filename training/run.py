"""The whole of a training run, from files to an exported version: the one place where all parts meet."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from training.baseline import Baseline, is_mostly_han
from training.calibration import Calibration, calibrated_scores
from training.config import TrainingConfig
from training.description import describe_model
from training.evaluation import Evaluation, evaluate_scores
from training.examples import Corpus, Task
from training.export.exporter import VersionContent, export_saved_model, write_config
from training.export.publish import check_target, staging_directory
from training.export.signatures import build_module
from training.export.text_inputs import TextInputs
from training.fitting import fit
from training.fitting.settings import check_fit_settings
from training.input_pipeline import Float32Array, describe_lengths, encode_corpus
from training.networks import build_model
from training.networks.inference import InferenceNetwork
from training.networks.settings import check_model_settings
from training.ngrams import NgramBranch, fit_ngram_branch
from training.parts import Parts, prepare_parts
from training.pooled_classifier import PooledClassifier
from training.preprocessor import TextPreprocessor
from training.progress import Progress
from training.record import NgramRecord, RunRecord
from training.report import build_report
from training.targets import fingerprint, multi_hot
from training.thresholds import choose_thresholds
from training.tokenizer import Tokenizer
from training.vectors import start_from_vectors
from training.vectors.start import check_vectors
from training.vocabulary import Vocabulary

# Stems of files that are named for their part; the folder then says what the texts are.
_PART_NAMES = ("train", "training", "data")
_LONGEST_NAME = 128


@dataclass(frozen=True)
class TrainingResult:
    """An exported version and the run that made it."""

    directory: Path
    record: RunRecord


def run_training(config: TrainingConfig, progress: Progress) -> TrainingResult:
    """Read, check, split, fit, calibrate on dev, look at test once, export, verify.

    Args:
        config: settings; an empty export.name becomes the name of the training file.
        progress: is told how far the run is.

    Raises:
        TrainingError: something is wrong with the settings, the files, or the export; nothing is left behind.
        KeyboardInterrupt: Ctrl-C outside of fitting; nothing is left behind. In fitting it ends that early.
    """
    config = resolve_config(config)
    repository, name = Path(config.export.repository), config.export.name
    check_target(repository, name, config.export.version)
    check_settings(config)
    with staging_directory(repository / name) as staging:
        write_config(config, staging)
        content, record = make_content(config, prepare_parts(config, progress.message), progress)
        progress.message("exporting, and verifying the export in a fresh process")
        directory = export_saved_model(content, staging, config.export.version)
    return TrainingResult(directory, record)


def resolve_config(config: TrainingConfig) -> TrainingConfig:
    """Complete what follows from other settings: the model's name."""
    if config.export.name:
        return config
    return replace(config, export=replace(config.export, name=default_name(config.data.train)))


def check_settings(config: TrainingConfig) -> None:
    """Refuse what no run can be made of, before any text is read.

    Raises:
        ConfigError: names the setting, what it must be and what it is.
    """
    check_model_settings(config.model)
    check_fit_settings(config.fit)
    check_vectors(config.model)


def default_name(train: str) -> str:
    """A model name from a path: trec from data/trec/train.tsv, my-reviews from "my reviews.csv.gz"."""
    path = Path(train).absolute()
    stem = path.name.split(".")[0] if path.is_file() else path.name
    if stem.lower() in _PART_NAMES:
        stem = path.parent.name
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._")[:_LONGEST_NAME] or "model"


def make_content(config: TrainingConfig, parts: Parts, progress: Progress) -> tuple[VersionContent, RunRecord]:
    """Do all of a run but reading and exporting: what would be exported, and what the run knows of itself.

    Raises:
        TrainingError: the settings are not as they must be, or training went astray.
    """
    started = time.monotonic()
    tokenizer = Tokenizer(config.tokenizer)
    vocabulary = Vocabulary.build(tokenizer.tokenize_texts(parts.train.texts), config.vocabulary)
    preprocessor = TextPreprocessor(tokenizer, vocabulary)
    label_names = parts.label_names
    train, dev = (encode_corpus(preprocessor, part, label_names) for part in (parts.train, parts.dev))
    branch = None
    if config.ngrams.enabled:
        progress.message("fitting the n-gram branch")
        branch = _fit_branch(config, parts.train, label_names, tokenizer)
    model = build_model(config.model, len(vocabulary), len(label_names), config.fit.seed)
    vectors = None
    if config.model.vectors:
        progress.message(f"reading the vectors {config.model.vectors}")
        vectors = start_from_vectors(model, vocabulary, config.model)
        progress.message(str(vectors))
    fitted = fit(model, train, dev, config.fit, parts.task, progress)
    classifier = PooledClassifier(preprocessor, model, branch)
    chosen = classifier.calibrate(parts.dev.texts, dev, parts.task)

    final = classifier
    if chosen.branch_weight and config.ngrams.refit:
        progress.message("fitting the n-gram branch again, on train and dev")
        refitted = _fit_branch(config, parts.train_and_dev, label_names, tokenizer)
        final = classifier.with_branch(refitted, chosen.branch_weight)

    # Everything is chosen by now: this is the only look at test. Figures of dev are of the branch that never saw it.
    _, part = parts.last_look
    logits = (final if parts.test else classifier).logits(part.texts)
    record = RunRecord(
        config=config,
        task=parts.task,
        label_names=tuple(label_names),
        part_sizes=parts.sizes,
        data_fingerprint=fingerprint(parts.train),
        token_quantiles=describe_lengths(train.texts),
        vocabulary_size=len(vocabulary),
        parameter_count=model.count_params(),
        fit=fitted,
        calibration=chosen.pooled,
        evaluation=_evaluate(parts, logits.pooled, chosen.pooled),
        ngrams=NgramRecord(
            weight=chosen.branch_weight,
            parameter_count=final.branch.parameter_count,
            network_alone=_evaluate(parts, logits.network, chosen.network),
        )
        if final.branch
        else None,
        baseline=fit_baseline(config, parts, progress)[1] if config.baseline.enabled else None,
        created_at=datetime.now(UTC),
        seconds=time.monotonic() - started,
        vectors=vectors,
    )
    inputs = TextInputs(preprocessor, final.branch)
    network = InferenceNetwork(model, config.export.projected_table_mb * 2**20)
    module = build_module(model, inputs, label_names, parts.task, chosen.pooled.temperature, network)
    return VersionContent(module, describe_model(record), config, part.texts, build_report(record)), record


def _fit_branch(
    config: TrainingConfig, corpus: Corpus, label_names: Sequence[str], tokenizer: Tokenizer
) -> NgramBranch:
    texts, targets = corpus.texts, multi_hot(corpus, label_names)
    return fit_ngram_branch(tokenizer, texts, targets, config.ngrams, spaced=not is_mostly_han(texts))


def _evaluate(parts: Parts, logits: Float32Array, calibration: Calibration) -> Evaluation:
    name, part = parts.last_look
    scores = calibrated_scores(logits, calibration.temperature, parts.task)
    return evaluate_scores(name, part, parts.label_names, scores, calibration.thresholds)


def fit_baseline(config: TrainingConfig, parts: Parts, progress: Progress) -> tuple[Baseline, Evaluation]:
    """Let dev choose the linear model's thresholds as the network's, then fit it on train and dev, and look at test.

    Where there is no test, it is fitted on train, and dev is looked at.
    """
    progress.message("fitting the TF-IDF linear baseline")
    name, part = parts.last_look
    thresholds = np.zeros(len(parts.label_names), np.float32)
    if parts.task is Task.MULTI_LABEL or not parts.test:
        baseline = Baseline.fit(parts.train, config.baseline)
    if parts.task is Task.MULTI_LABEL:
        dev_targets = multi_hot(parts.dev, baseline.label_names)
        thresholds = choose_thresholds(baseline.decision_scores(parts.dev.texts), dev_targets)
    if parts.test:
        baseline = Baseline.fit(parts.train_and_dev, config.baseline)
    scores = baseline.decision_scores(part.texts)
    return baseline, evaluate_scores(name, part, baseline.label_names, scores, thresholds, probabilities=False)
