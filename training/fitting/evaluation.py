"""How the network does on dev after an epoch."""

from dataclasses import dataclass

import tensorflow as tf
from scipy.special import expit

from training.examples import Task
from training.fitting.losses import make_loss
from training.fitting.prediction import LogitPredictor
from training.input_pipeline import EncodedCorpus
from training.metrics import compute_metrics


@dataclass(frozen=True)
class Evaluation:
    """Mean loss, without label smoothing, and metrics by name."""

    loss: float
    metrics: dict[str, float]


def evaluate(predict: LogitPredictor, corpus: EncodedCorpus, task: Task) -> Evaluation:
    """Score a corpus; for multi-label a label is predicted from a probability of a half on."""
    logits = predict(corpus.texts)
    losses = make_loss(task)(tf.constant(corpus.targets), tf.constant(logits))
    scores = expit(logits) if task is Task.MULTI_LABEL else logits
    names = [str(column) for column in range(corpus.targets.shape[1])]
    return Evaluation(float(tf.reduce_mean(losses)), compute_metrics(task, corpus.targets, scores, names))
