"""Long texts cut into pieces, which a recurrence runs over side by side."""

from dataclasses import dataclass

import tensorflow as tf


@dataclass(frozen=True)
class Pieces:
    """Cuts texts, and joins what became of their pieces (Johnson & Zhang 2016).

    Steps of a recurrence follow one another, texts of a batch do not: a text of 512 tokens in pieces of 64 takes 64
    steps of eight rows in the place of 512 steps of one. A state remembers its piece only; the pooling sees all.

    Pieces are counted from the start of a text, so neither padding nor the other texts of a batch move them.

    Attributes:
        tokens: of a piece; 0 leaves texts whole.
    """

    tokens: int

    def cut(self, values: tf.Tensor) -> tf.Tensor:
        """[batch, tokens, ...] as [batch * pieces, tokens of a piece, ...], padded with zeros (false)."""
        if not self.tokens:
            return values
        shape = tf.shape(values)
        of_piece = tf.minimum(self.tokens, shape[1])  # what is shorter than a piece stays as it is
        missing = tf.math.floormod(-shape[1], of_piece)
        padded = tf.pad(values, [[0, 0], [0, missing], *([0, 0] for _ in values.shape[2:])])
        return tf.reshape(padded, [-1, of_piece, *values.shape[2:]])

    def join(self, values: tf.Tensor, batch: tf.Tensor) -> tf.Tensor:
        """[batch * pieces, tokens of a piece, ...] as [batch, tokens, ...], with the padding of `cut`."""
        return tf.reshape(values, [batch, -1, *values.shape[2:]]) if self.tokens else values

    def by_text(self, values: tf.Tensor, batch: tf.Tensor) -> tf.Tensor:
        """[batch * pieces, width] as [batch, pieces, width]."""
        return tf.reshape(values, [batch, -1, values.shape[1]])
