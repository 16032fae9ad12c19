"""Fits the n-gram branch: scikit-learn's TF-IDF and linear support vector machines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.svm import LinearSVC

from training.config import NgramConfig
from training.ngrams.branch import NgramBranch, NgramWeights
from training.ngrams.counting import choose_ngrams, count_matrix, count_ngrams
from training.ngrams.hashing import SHORTEST_CHARACTER_NGRAM, hash_character_ngrams, hash_token_ngrams
from training.tokenizer import Tokenizer, encode_text

_BATCH = 1024
HashNgrams = Callable[[tf.RaggedTensor], tf.RaggedTensor]
Float32Array = npt.NDArray[np.float32]


def fit_ngram_branch(
    tokenizer: Tokenizer, texts: Sequence[str], targets: Float32Array, config: NgramConfig, spaced: bool
) -> NgramBranch:
    """Fit one support vector machine a label on sublinear TF-IDF of token and character n-grams.

    Args:
        tokenizer: the one of the network.
        texts: those to fit on.
        targets: one-hot or multi-hot <float32>[texts, labels].
        config: lengths and limits.
        spaced: whether words are written apart; decides the lengths that the settings leave open.
    """
    lengths = longest_ngrams(config, tokenizer.config.mode, spaced)
    batches = [tokenizer.tokenize(tf.constant(part, tf.string)) for part in _parts(texts)]
    hashers = [partial(hash_token_ngrams, longest=lengths[0])]
    if lengths[1] >= SHORTEST_CHARACTER_NGRAM:
        hashers.append(partial(hash_character_ngrams, longest=lengths[1]))
    groups = [_group(batches, hash_ngrams, config, config.max_ngrams // len(hashers)) for hash_ngrams in hashers]
    hashes, idf = [group.hashes for group in groups], np.concatenate([group.idf for group in groups])
    features = sparse.hstack([group.features for group in groups], format="csr")
    del batches, groups  # many times as large as the texts
    ratios = log_count_ratios(features, targets) if config.count_ratios else None
    kernel, bias = _fit_machines(features, targets, config.regularization, ratios)
    return NgramBranch(NgramWeights(*lengths, np.concatenate(hashes), len(hashes[0]), idf, kernel, bias))


def longest_ngrams(config: NgramConfig, mode: str, spaced: bool) -> tuple[int, int]:
    """Length of the longest n-gram of tokens and of characters (1: none), where the settings say 0.

    Where words are not written apart, or every character is a token, n-grams of tokens are n-grams of characters.
    """
    tokens_are_characters = mode == "char" or not spaced
    tokens = config.longest_token_ngram or (2 if not tokens_are_characters else 5 if spaced else 3)
    characters = config.longest_character_ngram or (1 if tokens_are_characters else 5)
    return tokens, characters


def _parts(texts: Sequence[str]) -> list[list[bytes]]:
    return [[encode_text(text) for text in texts[start : start + _BATCH]] for start in range(0, len(texts), _BATCH)]


@dataclass(frozen=True)
class _Group:
    """n-grams of one kind.

    Attributes:
        hashes: <int64>[n-grams], ascending.
        idf: inverse document frequency, <float32>[n-grams].
        features: TF-IDF <float32>[texts, n-grams], each text of length 1.
    """

    hashes: npt.NDArray[np.int64]
    idf: Float32Array
    features: sparse.csr_matrix


def _group(batches: Sequence[tf.RaggedTensor], hash_ngrams: HashNgrams, config: NgramConfig, most: int) -> _Group:
    counted = count_ngrams(batches, hash_ngrams)
    hashes = choose_ngrams(counted, config.min_count, most)
    counts = count_matrix(counted, hashes)
    del counted
    if not len(hashes):
        return _Group(hashes, np.empty(0, np.float32), counts)
    transformer = TfidfTransformer(sublinear_tf=True).fit(counts)
    features = transformer.transform(counts, copy=False)
    return _Group(hashes, transformer.idf_.astype(np.float32), features)


def log_count_ratios(features: sparse.csr_matrix, targets: Float32Array) -> npt.NDArray[np.float64]:
    """How much likelier each n-gram is in texts with a label than in the others: what naive Bayes knows.

    Multiplied by these before they reach a support vector machine, n-grams that say much of a label get large weights
    at little cost, and the machine needs fewer texts to find them (NBSVM; Wang & Manning 2012).

    Args:
        features: [texts, n-grams], positive where a text has an n-gram.
        targets: one-hot or multi-hot <float32>[texts, labels].

    Returns:
        log((p / |p|) / (q / |q|)), [n-grams, labels], p and q being one more than the texts with and without the label
        that have the n-gram.
    """
    has = sparse.csr_matrix((np.ones_like(features.data), features.indices, features.indptr), features.shape)
    # Sums of ones are exact in float32, in which the products need no copy of the features.
    with_label = 1.0 + (has.T @ (targets > 0).astype(has.dtype)).astype(np.float64)
    without = 1.0 + (has.T @ (targets <= 0).astype(has.dtype)).astype(np.float64)
    ratios: npt.NDArray[np.float64] = np.log(with_label / with_label.sum(axis=0)) - np.log(
        without / without.sum(axis=0)
    )
    return ratios


def _fit_machines(
    features: sparse.csr_matrix, targets: Float32Array, c: float, scales: npt.NDArray[np.float64] | None
) -> tuple[Float32Array, Float32Array]:
    """Kernel <float32>[n-grams, labels] and bias <float32>[labels]; one machine against the rest for each label.

    With scales [n-grams, labels] a machine sees the features times those of its label; the kernel has them worked in.
    """
    kernel = np.zeros((features.shape[1], targets.shape[1]), np.float32)
    bias = np.zeros(targets.shape[1], np.float32)
    for label, column in enumerate(targets.T > 0):
        if column.all() or not column.any() or not len(kernel):
            bias[label] = np.sign(column.mean() - 0.5)
            continue
        scale = np.ones(len(kernel)) if scales is None else scales[:, label]
        scaled = (features.data * scale[features.indices], features.indices, features.indptr)
        machine = LinearSVC(C=c).fit(sparse.csr_matrix(scaled, features.shape), column)
        kernel[:, label], bias[label] = machine.coef_[0] * scale, machine.intercept_[0]
    return kernel, bias
