"""Where tokens enter a network: a table with one trainable row a token, read by gathering rows."""

from typing import Any

import keras
import tensorflow as tf

# Odd, and close to 2**32 over the golden ratio: multiplicative hashing (Knuth 1998, 6.4), as a signed number.
_MULTIPLIER = 0x9E3779B1 - 2**32


@keras.saving.register_keras_serializable("textgate")
class TokenTable(keras.layers.Layer):
    """One row a token: an embedding, or the input kernel of a network that takes one-hot vectors.

    A one-hot vector times a kernel is a row of that kernel, so the product is never computed and its cost does not
    depend on the size of the vocabulary (Johnson & Zhang 2016).

    With n-grams, the row of a token has the rows of the n-grams added that end at it. These rows are shared by
    hashing (Weinberger et al. 2009), and zero at the start: an n-gram that training never saw adds nothing, but for
    what it shares its row with.

    Attributes:
        table: <float32>[vocabulary + ngram_rows, width].
    """

    def __init__(
        self,
        vocabulary_size: int,
        width: int,
        initializer: str | keras.Initializer = "glorot_uniform",
        longest_ngram: int = 1,
        ngram_rows: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.width = width
        self.initializer = keras.initializers.get(initializer)
        self.longest_ngram = longest_ngram
        self.ngram_rows = ngram_rows if longest_ngram > 1 else 0
        self.table = self.add_weight(
            shape=(vocabulary_size + self.ngram_rows, width), initializer=self._initial, name="table", dtype="float32"
        )

    def call(self, token_ids: tf.Tensor) -> tf.Tensor:
        """Rows <float32>[batch, tokens, width] of <int32>[batch, tokens]."""
        return tf.add_n([tf.gather(self.table.value, ids) for ids in self.row_ids(token_ids)])

    def row_ids(self, token_ids: tf.Tensor) -> list[tf.Tensor]:
        """Which rows make the row of a token: for each length of n-grams <int32>[batch, tokens], 0 at padding.

        Before the first token stands the padding, so that n-grams know the start of a text.
        """
        found, hashes, before = [token_ids], token_ids, token_ids
        for _ in range(1, self.longest_ngram):
            before = tf.pad(before, [[0, 0], [1, 0]])[:, :-1]
            hashes = _mix(hashes) + before
            rows = self.vocabulary_size + tf.math.floormod(_mix(hashes), self.ngram_rows)
            found.append(tf.where(token_ids == 0, 0, rows))
        return found

    def _initial(self, shape: tuple[int, int], dtype: str) -> tf.Tensor:
        words = self.initializer((self.vocabulary_size, shape[1]), dtype=dtype)
        return tf.concat([words, tf.zeros((self.ngram_rows, shape[1]), dtype)], axis=0)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "width": self.width,
            "initializer": keras.initializers.serialize(self.initializer),
            "longest_ngram": self.longest_ngram,
            "ngram_rows": self.ngram_rows,
        }


def _mix(hashes: tf.Tensor) -> tf.Tensor:
    """Spread what differs over all 32 bits; int32 products wrap around."""
    product = hashes * _MULTIPLIER
    return tf.bitwise.bitwise_xor(product, tf.bitwise.right_shift(product, 15))
