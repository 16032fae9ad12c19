"""The dev split: a partition, stratified, and stable when rows are appended."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.corpus import text_identity
from training.errors import ConfigError, CorpusError
from training.examples import Corpus, Example, Task
from training.split import split_dev

FRACTIONS = st.sampled_from([0.05, 0.1, 0.2, 0.25, 0.3, 0.5, 0.7])


def corpus_of(rows, task=Task.MULTI_LABEL):
    return Corpus(tuple(Example(text, tuple(sorted(labels)), f"f:{n}") for n, (text, labels) in enumerate(rows)), task)


def multi_class(labels):
    return corpus_of([(f"text {n}", [label]) for n, label in enumerate(labels)], Task.MULTI_CLASS)


def seed_rows(size=60):
    """Rows that make any split possible: with one label, and all different."""
    return [(f"seed {n}", ["seed"]) for n in range(size)]


rows = st.lists(st.tuples(st.text("abAＡ ", max_size=3), st.sets(st.sampled_from("uvwx"))), max_size=80)


@given(rows, FRACTIONS, st.integers(0, 5))
def test_every_row_is_in_one_part_in_order_and_no_text_in_both(extra, fraction, seed):
    corpus = corpus_of(seed_rows() + extra)
    train, dev = split_dev(corpus, fraction, seed)
    order = {example.source: n for n, example in enumerate(corpus.examples)}
    for part in (train, dev):
        positions = [order[example.source] for example in part.examples]
        assert positions == sorted(positions)
        assert part.task is corpus.task
    assert sorted(train.examples + dev.examples, key=lambda e: order[e.source]) == list(corpus.examples)
    assert not set(map(text_identity, train.texts)) & set(map(text_identity, dev.texts))


@given(rows, rows, FRACTIONS, st.integers(0, 5))
def test_appended_rows_never_move_a_text(extra, appended, fraction, seed):
    before = corpus_of(seed_rows() + extra)
    after = corpus_of(seed_rows() + extra + appended)
    for old, new in zip(split_dev(before, fraction, seed), split_dev(after, fraction, seed), strict=True):
        assert new.examples[: len(old)] == old.examples


@given(st.lists(st.sampled_from("aaaaaaaabbbc"), min_size=30, max_size=400), FRACTIONS, st.integers(0, 5))
def test_class_shares_are_within_two_rows(labels, fraction, seed):
    _, dev = split_dev(multi_class(labels), fraction, seed)
    counts, held = Counter(labels), Counter(label for example in dev.examples for label in example.labels)
    assert all(abs(held[label] - fraction * counts[label]) <= 2 for label in counts)


@given(rows, FRACTIONS)
def test_train_keeps_the_first_text_of_every_label(extra, fraction):
    corpus = corpus_of(seed_rows() + extra)
    train, _ = split_dev(corpus, fraction, 0)
    first_rows = {text_identity(example.text): example for example in reversed(corpus.examples)}.values()
    assert {label for example in first_rows for label in example.labels} <= set(train.label_names)


@pytest.mark.parametrize("fraction", [0.1, 0.2])
@pytest.mark.parametrize("data_seed", range(5))
def test_multi_label_shares_are_close_for_rare_and_common_labels(data_seed, fraction):
    random = Random(data_seed)
    rates = {"common": 0.5, "half": 0.25, "some": 0.1, "rare": 0.03}
    made = [(f"t{n}", [label for label, rate in rates.items() if random.random() < rate]) for n in range(1500)]
    _, dev = split_dev(corpus_of(made), fraction, 3)
    counts = Counter(label for _, labels in made for label in labels)
    held = Counter(label for example in dev.examples for label in example.labels)
    assert all(abs(held[label] - fraction * counts[label]) <= 0.01 * counts[label] + 3 for label in counts)
    assert abs(len(dev) - fraction * 1500) <= 0.02 * 1500


def test_the_seed_chooses_another_split_and_the_same_seed_the_same():
    corpus = multi_class("ab" * 100)
    assert split_dev(corpus, 0.1, 0) == split_dev(corpus, 0.1, 0)
    assert split_dev(corpus, 0.1, 0) != split_dev(corpus, 0.1, 1)


def test_one_group_of_every_block_goes_to_dev():
    train, dev = split_dev(multi_class("a" * 100), 0.1, 7)
    positions = [int(example.source.removeprefix("f:")) for example in dev.examples]
    assert [position // 10 for position in positions] == list(range(10))
    assert len({position % 10 for position in positions}) > 1
    assert len(train) == 90


def test_class_of_six_rows_reaches_dev_at_a_tenth():
    for seed in range(20):
        _, dev = split_dev(multi_class("a" * 6 + "b" * 6), 0.1, seed)
        assert dev.label_names == ["a", "b"]


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, 1.5])
def test_fraction_outside_zero_and_one_is_refused(fraction):
    with pytest.raises(ConfigError, match=r"data\.dev_fraction must lie between 0 and 1"):
        split_dev(multi_class("ab" * 10), fraction, 0)


def test_too_few_rows_name_the_remedy():
    with pytest.raises(CorpusError, match=r"2 rows are too few.*--dev"):
        split_dev(multi_class("ab"), 0.1, 0)
