"""What training makes small."""

from collections.abc import Callable

import tensorflow as tf

from training.examples import Task

Loss = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def make_loss(task: Task, label_smoothing: float = 0.0) -> Loss:
    """A function of targets and logits, both <float32>[batch, labels], to the loss of each text <float32>[batch].

    Multi-class: softmax cross-entropy against targets that give `label_smoothing` of their weight to all labels alike
    (Szegedy et al. 2016). Multi-label: the sum over labels of sigmoid cross-entropies, without smoothing.
    """
    if task is Task.MULTI_LABEL:
        return lambda targets, logits: tf.reduce_sum(
            tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits), axis=1
        )

    def smoothed(targets: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        share = label_smoothing / tf.cast(tf.shape(targets)[1], targets.dtype)
        return tf.nn.softmax_cross_entropy_with_logits(targets * (1 - label_smoothing) + share, logits)

    return smoothed


def weighted_mean(losses: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Mean of <float32>[batch] under weights [batch] of which at least one is positive."""
    return tf.reduce_sum(losses * weights) / tf.reduce_sum(weights)
