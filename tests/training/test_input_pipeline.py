import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.config import TokenizerConfig
from training.examples import Corpus, Example, Task
from training.input_pipeline import (
    EncodedCorpus,
    EncodedTexts,
    bucket_widths,
    describe_lengths,
    encode_corpus,
    encode_texts,
    make_batches,
    plan_batches,
)
from training.preprocessor import TextPreprocessor
from training.tokenizer import Tokenizer
from training.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def preprocessor() -> TextPreprocessor:
    return TextPreprocessor(Tokenizer(TokenizerConfig(max_tokens=3)), Vocabulary(["a", "b", "c"]))


def make_texts(widths: list[int]) -> EncodedTexts:
    """Texts of so many tokens; every token of text i is i + 1."""
    token_ids = np.repeat(np.arange(1, len(widths) + 1), widths).astype(np.int32)
    return EncodedTexts(token_ids, np.cumsum([0, *widths]).astype(np.int64), np.array(widths, np.int32))


def test_texts_are_encoded_back_to_back_and_cut(preprocessor: TextPreprocessor) -> None:
    encoded = encode_texts(preprocessor, ["a b", "", "c c c c c", "x"])
    assert encoded.token_ids.tolist() == [2, 3, 4, 4, 4, 1]
    assert encoded.row_splits.tolist() == [0, 2, 2, 5, 6]
    assert encoded.length.tolist() == [2, 0, 5, 1]
    assert encoded.widths.tolist() == [2, 0, 3, 1]


def test_more_texts_than_an_encoding_batch_are_all_encoded(preprocessor: TextPreprocessor) -> None:
    encoded = encode_texts(preprocessor, ["a"] * 4095 + ["a b"] * 3)
    assert len(encoded) == 4098
    assert encoded.widths[-4:].tolist() == [1, 2, 2, 2]


def test_no_texts_are_encoded_as_none(preprocessor: TextPreprocessor) -> None:
    assert len(encode_texts(preprocessor, [])) == 0


def test_targets_mark_the_known_labels(preprocessor: TextPreprocessor) -> None:
    examples = [Example("a", ("x", "z"), "f:1"), Example("b", (), "f:2"), Example("c", ("new",), "f:3")]
    encoded = encode_corpus(preprocessor, Corpus(tuple(examples), Task.MULTI_LABEL), ["x", "y", "z"])
    assert encoded.targets.tolist() == [[1, 0, 1], [0, 0, 0], [0, 0, 0]]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=50))
def test_bucket_widths_are_few_ascending_and_hold_every_text(widths: list[int]) -> None:
    buckets = bucket_widths(make_texts(widths))
    assert list(buckets) == sorted(set(buckets))
    assert len(buckets) <= 4
    assert max(4, max(widths)) <= buckets[-1] < max(widths) + 4 or buckets[-1] == 4


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=60), st.integers(1, 9), st.one_of(st.none(), st.integers(0, 99))
)
def test_a_plan_holds_every_text_once_in_the_narrowest_width(
    widths: list[int], batch_size: int, seed: int | None
) -> None:
    texts = make_texts(widths)
    buckets = bucket_widths(texts)
    plans = plan_batches(texts, buckets, batch_size, None if seed is None else np.random.default_rng(seed))
    rows = np.concatenate([plan.rows for plan in plans])
    assert sorted(rows[rows >= 0]) == list(range(len(widths)))
    for plan in plans:
        assert len(plan.rows) == batch_size
        narrower = [width for width in buckets if width < plan.width]
        assert all(max([-1, *narrower]) < widths[row] <= plan.width for row in plan.rows[plan.rows >= 0])


def test_plans_differ_by_seed_and_only_by_seed() -> None:
    texts = make_texts(list(range(1, 30)))
    first, again, other = (
        np.stack([plan.rows for plan in plan_batches(texts, (8, 32), 4, np.random.default_rng(seed))])
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=20))
def test_batches_carry_out_the_plan(widths: list[int]) -> None:
    texts = make_texts(widths)
    targets = np.arange(2 * len(widths), dtype=np.float32).reshape(-1, 2)
    plans = plan_batches(texts, bucket_widths(texts), 4)
    batches = list(make_batches(EncodedCorpus(texts, targets), plans))
    assert len(batches) == len(plans)
    for plan, (token_ids, batch_targets, weights) in zip(plans, batches, strict=True):
        assert token_ids.shape == (4, plan.width)
        for row, ids, target, weight in zip(plan.rows, token_ids.numpy(), batch_targets.numpy(), weights, strict=True):
            assert weight == (row >= 0)
            wanted = [row + 1] * widths[row] if row >= 0 else []
            assert ids.tolist() == wanted + [0] * (plan.width - len(wanted))
            assert row < 0 or target.tolist() == targets[row].tolist()


def test_lengths_are_described_by_every_twentieth_of_the_texts() -> None:
    assert describe_lengths(make_texts(list(range(100, -1, -1)))) == tuple(range(0, 101, 5))
    assert describe_lengths(make_texts([7])) == (7,) * 21
    assert describe_lengths(make_texts([])) == ()
