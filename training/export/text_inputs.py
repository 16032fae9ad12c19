"""What `score_tokens` takes of a text: the outputs of `tokenize`."""

import tensorflow as tf

from training.ngrams import NgramBranch
from training.preprocessor import TextPreprocessor

NGRAM_LOGITS = "ngram_logits"


class TextInputs(tf.Module):
    """Token ids for the network, and the logits of an n-gram branch, which reads what token ids do not say."""

    def __init__(self, preprocessor: TextPreprocessor, branch: NgramBranch | None) -> None:
        super().__init__()
        self._preprocessor = preprocessor
        self._branch = branch

    def __call__(self, texts: tf.Tensor) -> dict[str, tf.Tensor]:
        """Prepare <string>[batch].

        Returns:
            token_ids <int32>[batch, tokens], at least one column and at most max_tokens; length <int32>[batch], before
            truncation; and, with a branch, ngram_logits <float32>[batch, labels].
        """
        tokens = self._preprocessor.tokenizer.tokenize(texts)
        token_ids, length = self._preprocessor.encode(tokens)
        inputs = {"token_ids": token_ids, "length": length}
        return inputs if self._branch is None else {**inputs, NGRAM_LOGITS: self._branch(tokens)}
