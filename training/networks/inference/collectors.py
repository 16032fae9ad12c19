"""What is kept of the outputs of a recurrence, while it runs: poolings, or all of them."""

from typing import Any, Protocol

import tensorflow as tf


class Collector(Protocol):
    """Collects the outputs of one direction, <float32>[batch, units] after each token. At padding they mean nothing."""

    def start(self, zeros: tf.Tensor, tokens: tf.Tensor) -> Any:
        """What is kept before the first of so many tokens; `zeros` has the shape of an output."""
        ...

    def add(self, kept: Any, output: tf.Tensor, present: tf.Tensor, token: tf.Tensor) -> Any:
        """What is kept after a token, which is `present` <bool>[batch, 1] in some texts, and padding in the others."""
        ...

    def finish(self, kept: Any, length: tf.Tensor) -> tf.Tensor:
        """The result, of texts of `length` <float32>[batch, 1] tokens. A text without tokens gives zeros."""
        ...


class Pool(Collector, Protocol):
    """Keeps <float32>[batch, units], whatever the number of tokens, and can do so for texts in pieces."""

    def join(self, results: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
        """The result of texts from those of their pieces, <float32>[batch, pieces, units], and the pieces' lengths.

        Args:
            results: what `finish` gave for each piece.
            length: <float32>[batch, pieces, 1], tokens of each piece.
        """
        ...


class Maximum:
    """The largest value of each unit: <float32>[batch, units]."""

    def start(self, zeros: tf.Tensor, tokens: tf.Tensor) -> tf.Tensor:
        """Implements Collector."""
        return tf.fill(tf.shape(zeros), zeros.dtype.min)

    def add(self, kept: tf.Tensor, output: tf.Tensor, present: tf.Tensor, token: tf.Tensor) -> tf.Tensor:
        """Implements Collector."""
        return tf.where(present, tf.maximum(kept, output), kept)

    def finish(self, kept: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
        """Implements Collector."""
        return tf.where(length > 0, kept, 0.0)

    def join(self, results: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
        """Implements Pool."""
        largest = tf.reduce_max(tf.where(length > 0, results, results.dtype.min), axis=1)
        return self.finish(largest, tf.reduce_sum(length, axis=1))


class Mean:
    """The mean of each unit: <float32>[batch, units]."""

    def start(self, zeros: tf.Tensor, tokens: tf.Tensor) -> tf.Tensor:
        """Implements Collector."""
        return zeros

    def add(self, kept: tf.Tensor, output: tf.Tensor, present: tf.Tensor, token: tf.Tensor) -> tf.Tensor:
        """Implements Collector."""
        return kept + tf.where(present, output, 0.0)

    def finish(self, kept: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
        """Implements Collector."""
        return kept / tf.maximum(length, 1.0)

    def join(self, results: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
        """Implements Pool."""
        return self.finish(tf.reduce_sum(results * length, axis=1), tf.reduce_sum(length, axis=1))


class Last:
    """The output after the token that the direction reads last: <float32>[batch, units]."""

    def start(self, zeros: tf.Tensor, tokens: tf.Tensor) -> tf.Tensor:
        """Implements Collector."""
        return zeros

    def add(self, kept: tf.Tensor, output: tf.Tensor, present: tf.Tensor, token: tf.Tensor) -> tf.Tensor:
        """Implements Collector."""
        return tf.where(present, output, kept)

    def finish(self, kept: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
        """Implements Collector."""
        return kept


class Everything:
    """All outputs: <float32>[tokens, batch, units]."""

    def start(self, zeros: tf.Tensor, tokens: tf.Tensor) -> tf.TensorArray:
        """Implements Collector."""
        return tf.TensorArray(tf.float32, tokens, element_shape=(None, zeros.shape[1]))

    def add(self, kept: tf.TensorArray, output: tf.Tensor, present: tf.Tensor, token: tf.Tensor) -> tf.TensorArray:
        """Implements Collector."""
        return kept.write(token, output)

    def finish(self, kept: tf.TensorArray, length: tf.Tensor) -> tf.Tensor:
        """Implements Collector."""
        return kept.stack()


POOLS_OF_PIECES: dict[str, Pool] = {"max": Maximum(), "mean": Mean()}
"""Those of `POOLS` that texts in pieces can have, by name: the last state of a piece is not that of its text."""

POOLS: dict[str, Collector] = {**POOLS_OF_PIECES, "last": Last()}
"""The poolings of `MaskedPooling` that need no more than one output at a time, by name."""
