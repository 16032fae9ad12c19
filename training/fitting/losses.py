"""What training makes small."""

from collections.abc import Callable

import numpy.typing as npt
import tensorflow as tf

from training.examples import Task

Loss = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]

# The power of the focal factor has no finite slope at 0 when it is less than 1.
_SMALLEST_MISS = 1e-7


def make_loss(
    task: Task, label_smoothing: float = 0.0, focal_gamma: float = 0.0, weights: npt.ArrayLike | None = None
) -> Loss:
    """A function of targets and logits, both <float32>[batch, labels], to the loss of each text <float32>[batch].

    Multi-class: softmax cross-entropy against targets that give `label_smoothing` of their weight to all labels alike
    (Szegedy et al. 2016), times the weight of the text's label. Multi-label: the sum over labels of sigmoid
    cross-entropies, without smoothing, where the label's weight multiplies what a text that has the label adds.

    With `focal_gamma`, what a probability p adds is multiplied by (1 - p)^gamma: the surer an answer is, the less is
    left to learn from it (Lin et al. 2017).

    Args:
        task: decides between softmax and sigmoid.
        label_smoothing: from 0 to less than 1.
        focal_gamma: 0 or more; 0 is plain cross-entropy.
        weights: <float32>[labels], see `class_weights`; all 1 when None.
    """
    of_labels = 1.0 if weights is None else tf.constant(weights, tf.float32)

    def of_multi_label(targets: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        yes, no = (_focal(tf.math.log_sigmoid(sign * logits), focal_gamma) for sign in (1.0, -1.0))
        return tf.reduce_sum(targets * of_labels * yes + (1 - targets) * no, axis=1)

    def of_multi_class(targets: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        share = label_smoothing / tf.cast(tf.shape(targets)[1], targets.dtype)
        smoothed = targets * (1 - label_smoothing) + share
        losses = tf.reduce_sum(smoothed * _focal(tf.nn.log_softmax(logits), focal_gamma), axis=1)
        return losses if weights is None else losses * tf.reduce_sum(targets * of_labels, axis=1)

    return of_multi_label if task is Task.MULTI_LABEL else of_multi_class


def weighted_mean(losses: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Mean of <float32>[batch] under weights [batch] of which at least one is positive."""
    return tf.reduce_sum(losses * weights) / tf.reduce_sum(weights)


def _focal(log_probabilities: tf.Tensor, gamma: float) -> tf.Tensor:
    """What each probability adds to the loss when it is that of the right answer."""
    if not gamma:
        return -log_probabilities
    miss = tf.maximum(-tf.math.expm1(log_probabilities), _SMALLEST_MISS)
    return -log_probabilities * miss**gamma
