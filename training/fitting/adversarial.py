"""Adversarial training: a second pass over inputs that were moved to where the loss grows fastest."""

import tensorflow as tf


def adversarial_rows(rows: tf.Tensor, gradients: tf.Tensor, token_ids: tf.Tensor, epsilon: float) -> tf.Tensor:
    """Move the rows of each text along the gradient of its loss (fast gradient method, Miyato et al. 2017).

    The step is measured by the text itself, so that one `epsilon` fits embeddings, which start small and grow, and
    one-hot input: the rows of a text, taken as one vector, move by `epsilon` times the length of that vector.

    Args:
        rows: <float32>[batch, tokens, width].
        gradients: of the loss with respect to the rows, <float32>[batch, tokens, width].
        token_ids: <int32>[batch, tokens], 0 after the end of a text; what stands there does not move.
        epsilon: length of the step.

    Returns:
        <float32>[batch, tokens, width], through which no gradient flows back.
    """
    inside = tf.cast(tf.not_equal(token_ids, 0), rows.dtype)[:, :, tf.newaxis]
    size = tf.norm(rows * inside, axis=[1, 2], keepdims=True)
    step = tf.math.divide_no_nan(gradients * inside, tf.norm(gradients * inside, axis=[1, 2], keepdims=True))
    return tf.stop_gradient(rows + epsilon * size * step)
