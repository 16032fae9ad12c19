"""From a stream of texts to a file of vectors."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from training.config import VocabularyConfig
from training.errors import ConfigError, CorpusError
from training.vectors.learning import Float32Array, count_cooccurrences, factorize, positive_pmi

_BATCH = 4096


@dataclass(frozen=True)
class LearnedVectors:
    """Words, the most frequent first, and their vectors <float32>[words, width]."""

    words: list[str]
    vectors: Float32Array


class TokenStore:
    """The tokens of texts as numbers, four bytes each, in the order of their first appearance."""

    def __init__(self, texts: Iterable[str], tokenize: Callable[[list[str]], list[list[str]]]) -> None:
        self.counts: Counter[str] = Counter()
        self._number: dict[str, int] = {}
        self._texts: list[array[int]] = []
        stream = iter(texts)
        while batch := list(islice(stream, _BATCH)):
            for tokens in tokenize(batch):
                self.counts.update(tokens)
                self._texts.append(array("i", [self._number.setdefault(token, len(self._number)) for token in tokens]))

    def __len__(self) -> int:
        return len(self._texts)

    def frequent(self, config: VocabularyConfig) -> list[str]:
        """The tokens that are frequent enough, the most frequent first."""
        words = [word for word, count in self.counts.items() if count >= config.min_count]
        words.sort(key=lambda word: (-self.counts[word], word))
        return words[: config.max_size]

    def ids(self, words: list[str]) -> Iterator[list[int]]:
        """Each text as places in `words`; -1 for a token that is not there."""
        place = np.full(len(self._number), -1, np.int32)
        place[[self._number[word] for word in words]] = np.arange(len(words))
        for text in self._texts:
            yield place[text].tolist()


def learn_vectors(
    texts: Iterable[str],
    tokenize: Callable[[list[str]], list[list[str]]],
    vocabulary: VocabularyConfig,
    width: int,
    window: int,
    message: Callable[[str], None],
) -> LearnedVectors:
    """Learn vectors by truncated SVD of positive pointwise mutual information (Levy & Goldberg 2014).

    Args:
        texts: read once.
        tokenize: as the network that will start from the vectors does.
        vocabulary: which tokens get a vector.
        width: numbers a vector.
        window: tokens on either side that count as company.
        message: is told of every stage.

    Raises:
        ConfigError: width or window is not positive.
        CorpusError: there are fewer than two frequent tokens.
    """
    for name, value in (("--dim", width), ("--window", window)):
        if value < 1:
            raise ConfigError(f"{name} must be at least 1; got {value}")
    message("reading the texts")
    store = TokenStore(texts, tokenize)
    words = store.frequent(vocabulary)
    tokens = store.counts.total()
    if len(words) < 2:
        raise CorpusError(
            f"of {len(store):,} texts with {tokens:,} tokens, {len(words)} tokens occur {vocabulary.min_count} times: "
            "give more text, or lower vocabulary.min_count"
        )
    message(f"counting the company of {len(words):,} words in {len(store):,} texts with {tokens:,} tokens")
    counts = count_cooccurrences(store.ids(words), len(words), window)
    message(f"factorizing {counts.nnz:,} counts")
    return LearnedVectors(words, factorize(positive_pmi(counts), width))


def write_vectors(learned: LearnedVectors, path: Path) -> None:
    """Write a file as fastText does: a head of count and width, then a line a word.

    Raises:
        ConfigError: the file cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(f"{len(learned.words)} {learned.vectors.shape[1]}\n")
            for word, vector in zip(learned.words, learned.vectors, strict=True):
                file.write(f"{word} {' '.join(f'{number:.5g}' for number in vector)}\n")
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
