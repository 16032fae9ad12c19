"""Splitting a dev part off train: stratified, and so that appended rows never move a text to the other part."""

import hashlib
from collections import Counter
from collections.abc import Iterable

from training.corpus.identity import text_identity
from training.errors import ConfigError, CorpusError
from training.examples import Corpus, Example

_NO_LABEL = ("",)  # rows without any label are a stratum of their own; a real label is never empty


def split_dev(corpus: Corpus, fraction: float, seed: int) -> tuple[Corpus, Corpus]:
    """Split a corpus into train and dev.

    Rows with the same text (see `text_identity`) are one group and stay together. The groups are decided in the order
    of their first rows, each by what came before it alone, so the split of a file is a prefix of the split of that
    file with rows appended. Stratification follows Sechidis et al. 2011 (iterative stratification) in streaming form:
    a group goes to dev when its labels, the rare ones weighing more, lag behind their quota there. For a single label
    that is one group in every block of `1 / fraction` groups, at a place chosen by the seed. The first text of every
    label stays in train; a label that only repeats of earlier texts carry goes where those texts are.

    Args:
        corpus: the labelled texts.
        fraction: share of dev, between 0 and 1.
        seed: chooses another split.

    Returns:
        train and dev, each in the order of the corpus.

    Raises:
        ConfigError: the fraction is not between 0 and 1.
        CorpusError: nothing is left for dev.
    """
    if not 0 < fraction < 1:
        raise ConfigError(f"data.dev_fraction must lie between 0 and 1; got {fraction}")
    in_dev = _assign(corpus.examples, _Quota(fraction, seed))
    parts: tuple[list[Example], list[Example]] = ([], [])
    for example in corpus.examples:
        parts[in_dev[text_identity(example.text)]].append(example)
    if not parts[1]:
        raise CorpusError(
            f"{len(corpus)} rows are too few to split a dev part off: give one with --dev, add rows, or raise "
            f"data.dev_fraction (now {fraction})"
        )
    return Corpus(tuple(parts[0]), corpus.task), Corpus(tuple(parts[1]), corpus.task)


def _assign(examples: Iterable[Example], quota: "_Quota") -> dict[str, bool]:
    """For each group, whether it goes to dev; the first row of a group speaks for it."""
    seen: Counter[str] = Counter()
    held: Counter[str] = Counter()  # of those seen, how many are in dev
    in_dev: dict[str, bool] = {}
    for example in examples:
        identity = text_identity(example.text)
        if identity in in_dev:
            continue
        labels = example.labels or _NO_LABEL
        seen.update(labels)
        in_dev[identity] = _lags(labels, seen, held, quota)
        if in_dev[identity]:
            held.update(labels)
    return in_dev


def _lags(labels: tuple[str, ...], seen: Counter[str], held: Counter[str], quota: "_Quota") -> bool:
    if any(seen[label] == 1 for label in labels):
        return False
    return sum((quota(label, seen[label]) - held[label]) / seen[label] for label in labels) > 0


class _Quota:
    """How many of the first `count` groups of a label dev should hold: one a block, at a hashed place in the block."""

    def __init__(self, fraction: float, seed: int) -> None:
        self._fraction = fraction
        self._seed = seed

    def __call__(self, label: str, count: int) -> int:
        block = int(count * self._fraction)
        while self._start(block) >= count:
            block -= 1
        return block + (count > self._place(label, block))

    def _start(self, block: int) -> int:
        return round(block / self._fraction)

    def _place(self, label: str, block: int) -> int:
        start, end = self._start(block), self._start(block + 1)
        if block == 0:  # not the very first, which train keeps; and early, so that small classes reach dev
            start, end = 1, max(2, (end + 1) // 2)
        width = max(1, end - start)
        digest = hashlib.blake2b(f"{self._seed}\0{label}\0{block}".encode(), digest_size=8).digest()
        return start + int.from_bytes(digest, "big") % width
