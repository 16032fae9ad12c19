"""The n-gram branch in graph: tokens in, logits out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from training.ngrams.hashing import SHORTEST_CHARACTER_NGRAM, hash_character_ngrams, hash_token_ngrams

_NOT_THERE = -1


@dataclass(frozen=True)
class NgramWeights:
    """A linear model of n-grams.

    Attributes:
        longest_token_ngram: tokens of the longest n-gram of tokens; at least 1.
        longest_character_ngram: the same for characters; there are none when it is less than 2.
        hashes: <int64>[n-grams], those of tokens first.
        token_ngrams: how many of them are of tokens.
        idf: inverse document frequency, <float32>[n-grams].
        kernel: <float32>[n-grams, labels].
        bias: <float32>[labels].
    """

    longest_token_ngram: int
    longest_character_ngram: int
    hashes: npt.NDArray[np.int64]
    token_ngrams: int
    idf: npt.NDArray[np.float32]
    kernel: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]


class NgramBranch(tf.Module):
    """Sublinear TF-IDF of token and of character n-grams, each of length 1, times a kernel.

    n-grams are known by their 64-bit hash alone, looked up in one table; those that are not in it count for nothing.
    The features are scikit-learn's `TfidfVectorizer(sublinear_tf=True)`.
    """

    def __init__(self, weights: NgramWeights) -> None:
        super().__init__()
        self._lengths = weights.longest_token_ngram, weights.longest_character_ngram
        self._token_ngrams = weights.token_ngrams
        hashes = _at_least_one_row(weights.hashes)
        self._size = len(hashes)
        keys, rows = tf.constant(hashes, tf.int64), tf.range(self._size, dtype=tf.int64)
        self._rows = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, rows), _NOT_THERE)
        self._idf = tf.Variable(_at_least_one_row(weights.idf), trainable=False, name="ngram_idf")
        self._kernel = tf.Variable(_at_least_one_row(weights.kernel), trainable=False, name="ngram_kernel")
        self._bias = tf.Variable(weights.bias, trainable=False, name="ngram_bias")

    @property
    def parameter_count(self) -> int:
        """Numbers in kernel and bias."""
        return int(np.prod(self._kernel.shape) + self._bias.shape[0])

    def scale(self, factor: float) -> None:
        """Multiply the logits from now on."""
        self._kernel.assign(self._kernel * factor)
        self._bias.assign(self._bias * factor)

    def __call__(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        """Logits <float32>[batch, labels] of <string>[batch, (tokens)], all tokens of a text."""
        texts = tokens.nrows()
        text, row, values = self._features(self._hash(tokens))
        group = 2 * text + tf.cast(row >= self._token_ngrams, tf.int64)
        squares = tf.math.unsorted_segment_sum(tf.square(values), group, 2 * texts)
        values = tf.math.divide_no_nan(values, tf.sqrt(tf.gather(squares, group)))
        products = values[:, tf.newaxis] * tf.gather(self._kernel, row)
        return tf.math.unsorted_segment_sum(products, text, texts) + self._bias

    def _hash(self, tokens: tf.RaggedTensor) -> tf.RaggedTensor:
        longest_token_ngram, longest_character_ngram = self._lengths
        hashes = hash_token_ngrams(tokens, longest_token_ngram)
        if longest_character_ngram < SHORTEST_CHARACTER_NGRAM:
            return hashes
        return tf.concat([hashes, hash_character_ngrams(tokens, longest_character_ngram)], axis=1)

    def _features(self, hashes: tf.RaggedTensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Text and row <int64>[features] and sublinear TF-IDF <float32>[features] of the n-grams that are known."""
        rows = self._rows.lookup(hashes.values)
        known = rows != _NOT_THERE
        pairs = tf.boolean_mask(hashes.value_rowids() * self._size + rows, known)
        pairs, _, counts = tf.unique_with_counts(pairs)
        text, row = pairs // self._size, pairs % self._size
        return text, row, (1 + tf.math.log(tf.cast(counts, tf.float32))) * tf.gather(self._idf, row)


def _at_least_one_row(table: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A table with a row of zeros if it has none: TensorFlow knows no table without rows."""
    return table if len(table) else np.zeros((1, *table.shape[1:]), table.dtype)
