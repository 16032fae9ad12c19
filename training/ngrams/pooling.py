"""Network and n-gram branch together: their logits are added, and dev says how much the branch counts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from scipy.optimize import minimize
from scipy.special import expit

from training.calibration import fit_temperature, negative_log_likelihood
from training.examples import Task
from training.ngrams.branch import NgramBranch
from training.tokenizer import Tokenizer, encode_text

PRIOR = 3.0
"""Nats that log odds of 1 for either of the two cost, as against all texts of dev together."""

_LOG_SCALES, _LOG_ODDS = (-3.0, 3.0), (-7.0, 7.0)
_BATCH = 256


def ngram_logits(branch: NgramBranch, tokenizer: Tokenizer, texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Logits <float32>[texts, labels] of the branch alone, in the order of the texts."""
    classify = tf.function(
        lambda batch: branch(tokenizer.tokenize(batch)), input_signature=[tf.TensorSpec([None], tf.string)]
    )
    encoded = [encode_text(text) for text in texts]
    batches = [encoded[start : start + _BATCH] for start in range(0, max(1, len(encoded)), _BATCH)]
    return np.concatenate([classify(tf.constant(batch, tf.string)).numpy() for batch in batches])


def choose_branch_weight(
    network: npt.NDArray[Any], branch: npt.NDArray[Any], targets: npt.NDArray[Any], task: Task
) -> float:
    """The factor of the branch's logits, beside a network whose logits have factor 1.

    A logarithmic opinion pool (Heskes 1998) of both, each calibrated by itself. The weight makes dev most likely, but
    for a prior by which both have an equal say: what a few hundred texts say of two models that are about as good as
    each other is mostly noise, and would as soon leave one of them out. Their common scale is left to the temperature.

    Args:
        network: logits <float>[texts, labels] of dev.
        branch: the same of the branch.
        targets: one-hot or multi-hot <float>[texts, labels].
        task: softmax for MULTI_CLASS, sigmoid for MULTI_LABEL.

    Returns:
        A number of at least 0.
    """
    temperatures = [fit_temperature(logits, targets, task) for logits in (network, branch)]
    first, second = (
        np.asarray(logits, np.float64) / by for logits, by in zip((network, branch), temperatures, strict=True)
    )

    def loss(parameters: npt.NDArray[np.float64]) -> float:
        log_scale, log_odds = parameters
        share = expit(log_odds)
        pooled = np.exp(log_scale) * ((1 - share) * first + share * second)
        return negative_log_likelihood(pooled, targets, task) + float(PRIOR * log_odds**2) / max(1, len(targets))

    found = minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=(_LOG_SCALES, _LOG_ODDS))
    return float(np.exp(found.x[1]) * temperatures[0] / temperatures[1])
