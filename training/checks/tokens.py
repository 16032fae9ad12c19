"""Findings about tokens: how long the texts are, what is cut, and how many tokens the vocabulary does not know."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from training.checks.finding import Finding, Severity, share
from training.examples import Corpus

MANY_CUT = 0.05
MANY_UNKNOWN = 0.10
PERCENTILES = (0, 50, 90, 95, 99, 100)
_BATCH = 1024

Tokenize = Callable[[list[str]], list[list[str]]]


@dataclass(slots=True)
class TokenCounts:
    """Counts taken while the tokens of a part stream by.

    Attributes:
        lengths: tokens of each text, before any cut.
        unknown: tokens that the vocabulary does not know.
    """

    lengths: list[int] = field(default_factory=list)
    unknown: int = 0

    @property
    def tokens(self) -> int:
        """Tokens of all texts."""
        return sum(self.lengths)

    @property
    def unknown_rate(self) -> float:
        """Share of tokens that the vocabulary does not know."""
        return self.unknown / max(1, self.tokens)

    def cut(self, max_tokens: int) -> int:
        """Texts that are longer than `max_tokens`."""
        return sum(length > max_tokens for length in self.lengths)

    def percentiles(self) -> dict[int, int]:
        """Length at each of `PERCENTILES`: so many percent of the texts are not longer."""
        if not self.lengths:
            return {}
        values = np.percentile(self.lengths, PERCENTILES, method="inverted_cdf")
        return {percent: int(value) for percent, value in zip(PERCENTILES, values, strict=True)}


def stream_tokens(corpus: Corpus, tokenize: Tokenize, counts: TokenCounts) -> Iterator[list[str]]:
    """Yield the tokens of each text in turn and note its length in `counts`."""
    for start in range(0, len(corpus), _BATCH):
        for tokens in tokenize([example.text for example in corpus.examples[start : start + _BATCH]]):
            counts.lengths.append(len(tokens))
            yield tokens


def count_tokens(corpus: Corpus, tokenize: Tokenize, known: Collection[str]) -> TokenCounts:
    """Count the tokens of a part, and those outside the vocabulary."""
    counts = TokenCounts()
    counts.unknown = count_unknown(stream_tokens(corpus, tokenize, counts), known)
    return counts


def count_unknown(tokenised: Iterable[list[str]], known: Collection[str]) -> int:
    """Tokens that are not among the known ones."""
    return sum(token not in known for tokens in tokenised for token in tokens)


def check_cut(part: str, counts: TokenCounts, max_tokens: int, adjustable: bool) -> Iterator[Finding]:
    """Texts that are longer than `max_tokens` and so lose their end; many are a warning where it is `adjustable`."""
    cut = counts.cut(max_tokens)
    if cut:
        lost = sum(max(0, length - max_tokens) for length in counts.lengths)
        many = adjustable and cut >= MANY_CUT * len(counts.lengths)
        message = (
            f"{share(cut, len(counts.lengths))} texts are longer than tokenizer.max_tokens = {max_tokens}; "
            f"{share(lost, counts.tokens)} tokens are cut"
        )
        remedy = f"--set tokenizer.max_tokens={counts.percentiles()[95]} keeps 95 % of the texts whole" if many else ""
        yield Finding(Severity.WARNING if many else Severity.INFO, "cut_texts", part, message, remedy)


def check_unknown(part: str, counts: TokenCounts) -> Iterator[Finding]:
    """Many tokens of dev or test that the vocabulary of train does not know."""
    if counts.unknown_rate >= MANY_UNKNOWN:
        message = f"{share(counts.unknown, counts.tokens)} tokens are unknown to the vocabulary of train"
        remedy = "see whether both parts are of one kind; lower vocabulary.min_count or raise vocabulary.max_size"
        yield Finding(Severity.WARNING, "unknown_tokens", part, message, remedy)
