"""How often each n-gram occurs in each text, as sparse matrices of scikit-learn's kind."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from scipy import sparse

Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CountedBatch:
    """n-grams of some texts: those of the first text, of the second, and so on.

    Attributes:
        sizes: <int64>[texts], how many different n-grams each text has.
        hashes: <int64>[sum of sizes], of the n-grams.
        counts: <float32>[sum of sizes], how often the text has each.
    """

    sizes: Int64Array
    hashes: Int64Array
    counts: npt.NDArray[np.float32]


def count_ngrams(
    batches: Iterable[tf.RaggedTensor], hash_ngrams: Callable[[tf.RaggedTensor], tf.RaggedTensor]
) -> list[CountedBatch]:
    """Count the n-grams of batches of tokens <string>[batch, (tokens)]."""
    hash_in_graph = tf.function(hash_ngrams, input_signature=[tf.RaggedTensorSpec([None, None], tf.string)])
    return [_count(hash_in_graph(tokens)) for tokens in batches]


def choose_ngrams(batches: Sequence[CountedBatch], min_count: int, max_count: int) -> Int64Array:
    """Hashes of at most `max_count` n-grams that occur in at least `min_count` texts, ascending: the frequent ones."""
    hashes = np.unique(np.concatenate([np.unique(batch.hashes) for batch in batches]))
    frequency = np.zeros(len(hashes), np.int64)
    for batch in batches:
        frequency += np.bincount(np.searchsorted(hashes, batch.hashes), minlength=len(hashes))
    chosen = np.flatnonzero(frequency >= min_count)
    if len(chosen) > max_count:
        chosen = np.sort(chosen[np.argsort(-frequency[chosen], kind="stable")[:max_count]])
    return hashes[chosen]


def count_matrix(batches: Sequence[CountedBatch], hashes: Int64Array) -> sparse.csr_matrix:
    """Counts <float32>[texts, n-grams] of the n-grams with these hashes, which ascend."""
    return sparse.vstack([_matrix(batch, hashes) for batch in batches], format="csr")


def _count(hashes: tf.RaggedTensor) -> CountedBatch:
    known, places = np.unique(hashes.values.numpy(), return_inverse=True)
    pairs = hashes.value_rowids().numpy() * max(1, len(known)) + places
    pairs, counts = np.unique(pairs, return_counts=True)
    text, place = np.divmod(pairs, max(1, len(known)))
    return CountedBatch(np.bincount(text, minlength=hashes.nrows()), known[place], counts.astype(np.float32))


def _matrix(batch: CountedBatch, hashes: Int64Array) -> sparse.csr_matrix:
    columns = np.searchsorted(hashes, batch.hashes)
    known = columns < len(hashes)
    known[known] = hashes[columns[known]] == batch.hashes[known]
    texts = np.repeat(np.arange(len(batch.sizes)), batch.sizes)
    entries = batch.counts[known], (texts[known], columns[known])
    return sparse.csr_matrix(entries, shape=(len(batch.sizes), len(hashes)), dtype=np.float32)
