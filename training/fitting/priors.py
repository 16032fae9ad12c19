"""Where the output bias starts: at what is known of the labels before any text is read."""

import numpy as np

from training.examples import Task
from training.input_pipeline import Float32Array
from training.networks import TextClassifier

# Added to every count: a label that no text has, or that all have, is not certain.
_SMOOTHING = 0.5


def start_from_priors(model: TextClassifier, targets: Float32Array, task: Task, weights: Float32Array) -> None:
    """Set the output bias so that a network that has learned nothing else gives the shares of the labels.

    From zero, a step can move the bias by the learning rate only, so that with many rare labels hundreds of steps would
    go by until it says no to most of them (Lin et al. 2017, section 3.3).

    Args:
        model: its output bias is set.
        targets: one-hot or multi-hot <float32>[texts, labels].
        task: log shares for MULTI_CLASS, log odds for MULTI_LABEL.
        weights: <float32>[labels], how much a text with the label counts.
    """
    counts = targets.sum(axis=0, dtype=np.float64) + _SMOOTHING
    others = len(targets) + 2 * _SMOOTHING - counts
    counts *= weights
    bias = np.log(counts / (others if task is Task.MULTI_LABEL else counts.sum()))
    model.output_layer.bias.assign(bias.astype(np.float32))
