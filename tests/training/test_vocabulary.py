from pathlib import Path

import tensorflow as tf

from training.config import VocabularyConfig
from training.vocabulary import PADDING_ID, UNKNOWN_ID, Vocabulary

TOKENISED = [["b", "a", "b"], ["c", "a", "d"], ["b", "你"]]


def test_frequent_tokens_come_first_and_equals_in_token_order() -> None:
    vocabulary = Vocabulary.build(TOKENISED, VocabularyConfig(min_count=1))
    assert vocabulary.tokens[2:] == ("b", "a", "c", "d", "你")
    assert len(vocabulary) == 7


def test_rare_tokens_and_those_beyond_the_size_are_left_out() -> None:
    assert Vocabulary.build(TOKENISED, VocabularyConfig(min_count=2)).tokens[2:] == ("b", "a")
    assert Vocabulary.build(TOKENISED, VocabularyConfig(min_count=1, max_size=3)).tokens[2:] == ("b",)


def test_lookup_gives_the_position_and_unknown_for_the_rest() -> None:
    vocabulary = Vocabulary(["b", "a", "你"])
    ids = vocabulary.lookup(tf.ragged.constant([["a", "zz", "你"], [], ["b"]]))
    assert ids.to_list() == [[3, UNKNOWN_ID, 4], [], [2]]
    assert ids.dtype == tf.int32


def test_no_token_has_the_id_of_padding() -> None:
    vocabulary = Vocabulary(["a"])
    words = [word for name in vocabulary.tokens[:2] for word in name.split()]
    assert PADDING_ID not in vocabulary.lookup(tf.ragged.constant([words])).to_list()[0]


def test_order_does_not_depend_on_the_order_of_the_texts() -> None:
    config = VocabularyConfig(min_count=1)
    assert Vocabulary.build(TOKENISED, config).tokens == Vocabulary.build(TOKENISED[::-1], config).tokens


class Encoder(tf.Module):
    def __init__(self) -> None:
        super().__init__()
        self.vocabulary = Vocabulary(["b", "a"])

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def encode(self, texts: tf.Tensor) -> tf.Tensor:
        return self.vocabulary.lookup(tf.strings.split(texts)).to_tensor()


def test_a_saved_table_works_after_the_vocabulary_is_gone(tmp_path: Path) -> None:
    encoder = Encoder()
    tf.saved_model.save(encoder, tmp_path)
    del encoder
    loaded = tf.saved_model.load(tmp_path)
    assert loaded.encode(tf.constant(["a b", "x"])).numpy().tolist() == [[3, 2], [1, 0]]
    assert (tmp_path / "assets" / "vocabulary.txt").read_text().splitlines()[2:] == ["b", "a"]
