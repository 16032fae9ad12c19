"""From texts to token ids: tokenizer and vocabulary in one object, the same in training, evaluation and export."""

import tensorflow as tf

from training.tokenizer import Tokenizer
from training.vocabulary import PADDING_ID, Vocabulary


class TextPreprocessor(tf.Module):
    """Turns texts into what a network takes; holds the tables that an export has to track."""

    def __init__(self, tokenizer: Tokenizer, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.tokenizer = tokenizer
        self.vocabulary = vocabulary

    def __call__(self, texts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Encode <string>[batch].

        Returns:
            token_ids <int32>[batch, tokens], cut at max_tokens, 0 after the end of a text, at least one column; and
            length <int32>[batch], the number of tokens before the cut.
        """
        return self.encode(self.tokenizer.tokenize(texts))

    def encode(self, tokens: tf.RaggedTensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Encode <string>[batch, (tokens)], all tokens of each text; the result is that of a call."""
        length = tf.cast(tokens.row_lengths(), tf.int32)
        token_ids = self.vocabulary.lookup(tokens[:, : self.tokenizer.config.max_tokens]).to_tensor(PADDING_ID)
        missing_columns = tf.maximum(0, 1 - tf.shape(token_ids)[1])
        return tf.pad(token_ids, [[0, 0], [0, missing_columns]], constant_values=PADDING_ID), length
