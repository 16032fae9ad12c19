"""The shapes for which a model is compiled: a grid coarse enough to be few, fine enough to waste little on padding."""

from collections.abc import Sequence
from dataclasses import dataclass

NARROWEST = 8
"""Tokens of the narrowest bucket."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """The shape of a batch: so many texts, each padded to so many tokens."""

    texts: int
    tokens: int

    @property
    def size(self) -> int:
        """Padded tokens of the batch."""
        return self.texts * self.tokens


class BucketGrid:
    """Powers of two up to 16, then also the steps halfway between them: 1, 2, 4, 8, 16, 24, 32, 48, 64, and so on.

    Small batches cost a step of the network each, whatever they hold; only large ones cost by the padded token.

    Args:
        max_tokens: the widest bucket; no text is wider.
        max_batch_tokens: padded tokens of the largest bucket that `by_gain` gives, one text at least.
    """

    def __init__(self, max_tokens: int, max_batch_tokens: int) -> None:
        self._max_batch_tokens = max_batch_tokens
        self._widths = [width for width in _steps(max_tokens) if NARROWEST <= width < max_tokens] + [max_tokens]

    def cover(self, texts: int, tokens: int) -> Bucket:
        """Return the smallest bucket that holds a batch of that shape."""
        width = next((width for width in self._widths if width >= tokens), tokens)
        return Bucket(_steps(texts)[-1], width)

    def by_gain(self, token_quantiles: Sequence[int] = ()) -> list[Bucket]:
        """Return all buckets: those first where compiling gains most.

        That is where texts are as long as those that the model learned from, and then in small buckets, because fixed
        costs weigh most there. A batch holds texts of one width, so a bucket is as likely as texts of its width are.

        Args:
            token_quantiles: tokens of texts at evenly spaced quantiles, ascending; all widths are alike without them.
        """
        buckets = [
            Bucket(texts, width)
            for width in self._widths
            for texts in _steps(max(1, self._max_batch_tokens // width))
            if texts == 1 or texts * width <= self._max_batch_tokens
        ]
        usual = self._usual_widths(token_quantiles)
        return sorted(buckets, key=lambda bucket: (bucket.tokens not in usual, bucket.size, bucket.texts))

    def _usual_widths(self, token_quantiles: Sequence[int]) -> set[int]:
        """The widths that hold texts, but for those of which fewer texts are than between two quantiles."""
        inner = token_quantiles[1:-1]  # the shortest and the longest text alone make no width usual
        return {self.cover(1, tokens).tokens for tokens in inner} or set(self._widths)


def _steps(number: int) -> list[int]:
    """Return the steps of the grid up to the first that is at least `number`."""
    steps = [1]
    while steps[-1] < number:
        last = steps[-1]
        is_power = last & (last - 1) == 0
        steps.append(2 * last if last < 16 else last * 3 // 2 if is_power else last * 4 // 3)
    return steps
