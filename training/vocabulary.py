"""The vocabulary: which tokens have a row of their own, in an order that depends on nothing but the train part."""

import shutil
import tempfile
import weakref
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

import tensorflow as tf

from training.config import VocabularyConfig

PADDING_ID = 0
UNKNOWN_ID = 1
# Tokens never hold a space, so these two names cannot meet a token.
SPECIAL_TOKENS = ("padding token", "unknown token")


class Vocabulary(tf.Module):
    """Tokens and their ids. Id 0 is padding, 1 is any token that is not here; the others follow in the order given.

    Attributes:
        tokens: the name of every id, the two special ones first.
    """

    def __init__(self, tokens: Sequence[str]) -> None:
        """Take the tokens that have an id of their own, without the special ones; without repetition or white space."""
        super().__init__()
        self.tokens = (*SPECIAL_TOKENS, *tokens)
        # The table is an asset of the exported model, and an asset starts as a file, which must live as long as we do.
        folder = tempfile.mkdtemp(prefix="vocabulary-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        file = Path(folder) / "vocabulary.txt"
        file.write_text("".join(f"{token}\n" for token in self.tokens), encoding="utf-8", newline="\n")
        self._table = tf.lookup.StaticHashTable(
            tf.lookup.TextFileInitializer(
                str(file),
                tf.string,
                tf.lookup.TextFileIndex.WHOLE_LINE,
                tf.int64,
                tf.lookup.TextFileIndex.LINE_NUMBER,
                vocab_size=len(self.tokens),
            ),
            default_value=UNKNOWN_ID,
        )

    @classmethod
    def build(cls, tokenised: Iterable[Sequence[str]], config: VocabularyConfig) -> Self:
        """Count the tokens of the train part: the most frequent come first, equally frequent ones in token order."""
        counts = Counter(token for tokens in tokenised for token in tokens)
        frequent = [token for token, count in counts.items() if count >= config.min_count]
        frequent.sort(key=lambda token: (-counts[token], token))
        return cls(frequent[: max(0, config.max_size - len(SPECIAL_TOKENS))])

    def __len__(self) -> int:
        return len(self.tokens)

    def lookup(self, tokens: tf.RaggedTensor) -> tf.RaggedTensor:
        """Ids <int32>[batch, (tokens)] of <string>[batch, (tokens)]."""
        return tokens.with_values(tf.cast(self._table.lookup(tokens.values), tf.int32))
