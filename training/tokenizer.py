"""The tokenizer: one implementation, in graph and of core TensorFlow ops only, for training and for every export."""

import tensorflow as tf

from training.config import TokenizerConfig
from training.folding import CompatibilityFolding

_BATCH = 4096

# Unicode spaces, control characters, and the zero-width space, which separates words where none is written.
_SPACE = r"[\pZ\p{Cc}\x{200B}]"
# What is not seen and says nothing by itself: format characters (byte order mark, joiners, direction marks, soft
# hyphen, ...) and the selectors of glyph variants.
_INVISIBLE = r"[\p{Cf}\x{180B}-\x{180D}\x{180F}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}]"

_TOKEN_PATTERNS = {
    # What is not a letter, digit or combining mark stands alone, and so does a Han character.
    "unicode": r"(\p{Han}|[^\pL\pN\pM])",
    "char": r"([^ ])",
}


class Tokenizer(tf.Module):
    """Splits texts into tokens.

    In every mode invalid UTF-8, control characters and Unicode spaces separate, and invisible marks are removed.
    Then, as the settings say, compatibility forms are folded and letters become lower case.

    - `unicode`: a Han character is a token; a run of letters and digits with their combining marks is a token; any
      other character (punctuation, symbol, emoji) is a token. An apostrophe is punctuation: `don't` is `don ' t`.
    - `char`: every character is a token.
    - `whitespace`: what stands between spaces is a token.
    """

    def __init__(self, config: TokenizerConfig) -> None:
        super().__init__()
        self.config = config
        self._folding = CompatibilityFolding() if config.fold_compatibility else None

    def tokenize(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Split <string>[batch] of any bytes into <string>[batch, (tokens)]."""
        texts = self._normalize(texts)
        pattern = _TOKEN_PATTERNS.get(self.config.mode)
        if pattern is not None:
            texts = tf.strings.regex_replace(texts, pattern, r" \1 ")
        return tf.strings.split(texts)

    def tokenize_texts(self, texts: list[str]) -> list[list[str]]:
        """Tokens of each text, for use outside of graphs."""
        tokens: list[list[str]] = []
        for start in range(0, len(texts), _BATCH):
            batch = tf.constant([encode_text(text) for text in texts[start : start + _BATCH]], tf.string)
            tokens.extend([token.decode() for token in row] for row in self.tokenize(batch).to_list())
        return tokens

    def _normalize(self, texts: tf.Tensor) -> tf.Tensor:
        texts = tf.strings.unicode_transcode(
            texts, "UTF-8", "UTF-8", replacement_char=ord(" "), replace_control_characters=True
        )
        texts = tf.strings.regex_replace(texts, _SPACE, " ")
        texts = tf.strings.regex_replace(texts, _INVISIBLE, "")
        if self._folding is not None:
            texts = self._folding(texts)
        if self.config.lower_case:
            texts = tf.strings.lower(texts, encoding="utf-8")
        return texts


def encode_text(text: str) -> bytes:
    """UTF-8; a lone surrogate, which has no UTF-8 form, becomes invalid bytes and so a separator."""
    return text.encode("utf-8", errors="surrogatepass")
