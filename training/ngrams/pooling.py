"""Network and n-gram branch together: their logits are added, and dev says how much the branch counts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from scipy.optimize import minimize

from training.calibration import negative_log_likelihood
from training.examples import Task
from training.ngrams.branch import NgramBranch
from training.tokenizer import Tokenizer, encode_text

_SMALLEST = 1e-3
_LARGEST = 1e3
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

    A logarithmic opinion pool (Heskes 1998): the logits of both are added with the two factors that minimise the
    negative log-likelihood of dev, which is convex in them. Their common scale is left to the temperature.

    Args:
        network: logits <float>[texts, labels] of dev.
        branch: the same of the branch.
        targets: one-hot or multi-hot <float>[texts, labels].
        task: softmax for MULTI_CLASS, sigmoid for MULTI_LABEL.

    Returns:
        A number of at least 0.
    """
    first, second = np.asarray(network, np.float64), np.asarray(branch, np.float64)

    def loss(factors: npt.NDArray[np.float64]) -> float:
        return negative_log_likelihood(factors[0] * first + factors[1] * second, targets, task)

    bounds = ((_SMALLEST, _LARGEST), (0.0, _LARGEST))
    found = minimize(loss, np.ones(2), method="L-BFGS-B", bounds=bounds)
    return float(found.x[1] / found.x[0])
