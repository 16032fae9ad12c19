"""How much each label counts in the loss: rare ones more, where the settings say so."""

import numpy as np
import numpy.typing as npt

from training.config import FitConfig
from training.examples import Task
from training.input_pipeline import Float32Array


def class_weights(targets: Float32Array, task: Task, config: FitConfig) -> Float32Array:
    """Weights of the labels by how often train has them.

    Multi-class: a text counts as much as its label weighs, one over the label's number of texts (`balanced`) or over
    its effective number of texts (`effective_number`, Cui et al. 2019, which grows ever slower: what a frequent label's
    next text tells is known already). On the average over train a text counts 1, so that the learning rate keeps its
    meaning.

    Multi-label: a label is a question of its own, with two answers. The yes of a label counts as much more than its no
    as there are more (effective) texts without than with it.

    Args:
        targets: one-hot or multi-hot <float32>[texts, labels] of train.
        task: decides between the two.
        config: `class_weights` and, for effective numbers, `effective_number_beta`.

    Returns:
        <float32>[labels]; all 1 without class weights, and for labels that no text has or, multi-label, that all have.
    """
    counts = targets.sum(axis=0, dtype=np.float64)
    others = len(targets) - counts
    weights = np.ones_like(counts)
    if config.class_weights == "none":
        return np.asarray(weights, np.float32)
    if task is Task.MULTI_LABEL:
        known = (counts > 0) & (others > 0)
        weights[known] = _number(others[known], config) / _number(counts[known], config)
    else:
        known = counts > 0
        weights[known] = 1 / _number(counts[known], config)
        weights *= counts.sum() / (weights * counts).sum()
        weights[~known] = 1
    return np.asarray(weights, np.float32)


def _number(counts: npt.NDArray[np.float64], config: FitConfig) -> npt.NDArray[np.float64]:
    """Counts <float64>[labels], or their effective numbers: the sum of the powers of beta below the count."""
    if config.class_weights == "balanced":
        return counts
    beta = config.effective_number_beta
    return np.asarray((1 - beta**counts) / (1 - beta))
