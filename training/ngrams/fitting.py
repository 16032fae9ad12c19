"""Fits the n-gram branch: scikit-learn's TF-IDF and linear support vector machines."""

from collections.abc import Sequence
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
    counted = [count_ngrams(batches, hash_ngrams) for hash_ngrams in hashers]
    hashes = [choose_ngrams(group, config.min_count, config.max_ngrams // len(counted)) for group in counted]
    weighed = [_weigh(count_matrix(group, chosen)) for group, chosen in zip(counted, hashes, strict=True)]
    features = sparse.hstack([matrix for matrix, _ in weighed], format="csr")
    ratios = log_count_ratios(features, targets) if config.count_ratios else None
    kernel, bias = _fit_machines(features, targets, config.regularization, ratios)
    idf = np.concatenate([idf for _, idf in weighed]).astype(np.float32)
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


def _weigh(counts: sparse.csr_matrix) -> tuple[sparse.csr_matrix, npt.NDArray[np.float64]]:
    """TF-IDF of counts, each text of length 1, and the inverse document frequencies."""
    if not counts.shape[1]:
        return counts, np.empty(0)
    transformer = TfidfTransformer(sublinear_tf=True)
    return transformer.fit_transform(counts), transformer.idf_


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
    has = sparse.csr_matrix(features, copy=True)
    has.data[:] = 1.0
    with_label = 1.0 + has.T @ (targets > 0).astype(np.float64)
    without = 1.0 + has.T @ (targets <= 0).astype(np.float64)
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
        machine = LinearSVC(C=c).fit(features if scales is None else features @ sparse.diags(scale), column)
        kernel[:, label], bias[label] = machine.coef_[0] * scale, machine.intercept_[0]
    return kernel, bias
