"""The few things about a train part that settings depend on."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from training.baseline import is_mostly_han
from training.checks.tokens import TokenCounts, Tokenize, stream_tokens
from training.examples import Corpus, Task
from training.metrics import decide_metric
from training.targets import multi_hot

_LONG_PERCENTILE = 95


@dataclass(frozen=True)
class Portrait:
    """What a train part looks like.

    Attributes:
        texts: how many.
        tokens: of all texts.
        long_length: tokens that one text in twenty reaches.
        labels: how many.
        multi_label: whether a text may have any number of them.
        is_skewed: whether some are much rarer than others.
        is_han: whether most letters are Han characters.
    """

    texts: int
    tokens: int
    long_length: int
    labels: int
    multi_label: bool
    is_skewed: bool
    is_han: bool

    @property
    def mean_length(self) -> float:
        """Tokens a text."""
        return self.tokens / max(1, self.texts)

    @classmethod
    def of(cls, train: Corpus, tokenize: Tokenize) -> Self:
        """Look at every text once."""
        counts = TokenCounts()
        for _ in stream_tokens(train, tokenize, counts):
            pass
        of_labels = [int(count) for count in multi_hot(train, train.label_names).sum(axis=0)]
        return cls(
            texts=len(train),
            tokens=counts.tokens,
            long_length=int(np.percentile(counts.lengths or [0], _LONG_PERCENTILE, method="inverted_cdf")),
            labels=len(of_labels),
            multi_label=train.task is Task.MULTI_LABEL,
            is_skewed=decide_metric(Task.MULTI_CLASS, of_labels) == "macro_f1",
            is_han=is_mostly_han(train.texts),
        )
