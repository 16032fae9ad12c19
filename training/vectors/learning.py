"""Vectors from texts without labels: words are alike when they stand beside the same words."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

Float32Array = npt.NDArray[np.float32]

# Levy, Goldberg & Dagan (2015): contexts count by this power of their frequency, so that rare ones do not stand out.
_CONTEXT_POWER = 0.75
_BATCH_TOKENS = 1_000_000
_NOT_COUNTED = -1


def count_cooccurrences(texts: Iterable[Sequence[int]], words: int, window: int) -> sparse.csr_matrix:
    """How often words stand within `window` of each other, nearer pairs counting more: 1, 1/2, 1/3, … (GloVe).

    Args:
        texts: word ids from 0 on; negative ones take their place but are not counted.
        words: how many there are.
        window: on either side.

    Returns:
        <float32>[words, words], symmetric.
    """
    total = sparse.csr_matrix((words, words), dtype=np.float32)
    for ids in _joined(texts, window):
        total += _count(ids, words, window)
    return (total + total.T).tocsr()


def positive_pmi(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    """Positive pointwise mutual information of a table of counts, <float32>[words, words] (Levy & Goldberg 2014)."""
    pairs = counts.tocoo()
    of_word = np.asarray(counts.sum(axis=1)).ravel()
    of_context = of_word**_CONTEXT_POWER
    shares = of_context / max(of_context.sum(), np.finfo(np.float64).tiny)
    information = np.log(pairs.data) - np.log(of_word[pairs.row]) - np.log(shares[pairs.col])
    positive = sparse.coo_matrix((np.maximum(information, 0), (pairs.row, pairs.col)), counts.shape, dtype=np.float32)
    result = positive.tocsr()
    result.eliminate_zeros()
    return result


def factorize(information: sparse.csr_matrix, width: int, seed: int = 0) -> Float32Array:
    """Vectors <float32>[words, width] of length 1 (0 for a word without company) by truncated SVD.

    Each column is scaled by the square root of its singular value (Levy, Goldberg & Dagan 2015, section 3.3).
    """
    rank = min(width, *(size - 1 for size in information.shape))
    left, singular, _ = randomized_svd(information, n_components=rank, random_state=seed)
    vectors = np.zeros((information.shape[0], width), np.float32)
    vectors[:, :rank] = left * np.sqrt(singular)
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1), np.float32)


def _joined(texts: Iterable[Sequence[int]], window: int) -> Iterable[npt.NDArray[np.int64]]:
    """Texts end to end, with so much between them that no window reaches from one into the next."""
    gap = [_NOT_COUNTED] * window
    joined: list[int] = []
    for ids in texts:
        joined += ids
        joined += gap
        if len(joined) >= _BATCH_TOKENS:
            yield np.array(joined, np.int64)
            joined = []
    yield np.array(joined, np.int64)


def _count(ids: npt.NDArray[np.int64], words: int, window: int) -> sparse.csr_matrix:
    total = sparse.csr_matrix((words, words), dtype=np.float32)
    for distance in range(1, window + 1):
        left, right = ids[:-distance], ids[distance:]
        counted = (left >= 0) & (right >= 0)
        weights = np.full(int(counted.sum()), 1 / distance, np.float32)
        total += sparse.coo_matrix((weights, (left[counted], right[counted])), (words, words)).tocsr()
    return total
