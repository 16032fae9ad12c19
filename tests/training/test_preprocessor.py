import numpy as np
import tensorflow as tf

from training.config import TokenizerConfig
from training.preprocessor import TextPreprocessor
from training.tokenizer import Tokenizer
from training.vocabulary import Vocabulary


def make_preprocessor(max_tokens: int = 3) -> TextPreprocessor:
    return TextPreprocessor(Tokenizer(TokenizerConfig(max_tokens=max_tokens)), Vocabulary(["a", "b", "你"]))


def test_texts_become_padded_ids_and_their_lengths() -> None:
    token_ids, length = make_preprocessor()(tf.constant(["A b", "", "你x"]))
    np.testing.assert_array_equal(token_ids, [[2, 3], [0, 0], [4, 1]])
    np.testing.assert_array_equal(length, [2, 0, 2])
    assert (token_ids.dtype, length.dtype) == (tf.int32, tf.int32)


def test_length_counts_the_tokens_that_the_cut_takes_away() -> None:
    token_ids, length = make_preprocessor(max_tokens=2)(tf.constant(["a b a b a"]))
    np.testing.assert_array_equal(token_ids, [[2, 3]])
    np.testing.assert_array_equal(length, [5])


def test_there_is_always_a_column() -> None:
    token_ids, length = make_preprocessor()(tf.constant(["", "  "]))
    np.testing.assert_array_equal(token_ids, [[0], [0]])
    np.testing.assert_array_equal(length, [0, 0])
    token_ids, length = make_preprocessor()(tf.constant([], tf.string))
    assert token_ids.shape == (0, 1)
    assert length.shape == (0,)
