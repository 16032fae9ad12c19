from dataclasses import replace
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from network_checks import (
    LABEL_COUNT,
    VOCABULARY_SIZE,
    check_compiled_scores_agree,
    check_network,
    check_save_and_load,
    check_scores_and_gradients,
)

from training.config import ModelConfig
from training.networks import build_model
from training.networks.registry import ENCODERS

TINY = ModelConfig(units=6, embedding_dim=5, context_width=4, heads=2, feed_forward_width=8, max_positions=4)


# With one direction or two a cell is the same: the default suite fits one of the two, the longer one all.
QUICK = {"elman", "jordan", "bidirectional_gru", "bidirectional_lstm", "transformer"}
FITTED = [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in sorted(ENCODERS)]


@pytest.mark.parametrize("architecture", FITTED)
def test_every_architecture_passes_the_network_checks(architecture: str, tmp_path: Path) -> None:
    check_network(replace(TINY, architecture=architecture), tmp_path)


@pytest.mark.parametrize("architecture", ["bidirectional_lstm", pytest.param("transformer", marks=pytest.mark.slow)])
def test_with_one_hot_input_networks_pass_the_checks_too(architecture: str, tmp_path: Path) -> None:
    check_network(replace(TINY, architecture=architecture, encoding="one_hot"), tmp_path)


@pytest.mark.parametrize("architecture", sorted(ENCODERS))
def test_scores_and_gradients_are_right_with_two_layers_over_one_hot_input(architecture: str) -> None:
    config = replace(TINY, architecture=architecture, encoding="one_hot", layers=2)
    check_scores_and_gradients(build_model(config, VOCABULARY_SIZE, LABEL_COUNT))


@pytest.mark.parametrize("pooling", ["max", "mean", "last", "attention"])
@pytest.mark.parametrize("architecture", ["gru", "bidirectional_jordan", "transformer"])
def test_scores_and_gradients_are_right_with_every_pooling(architecture: str, pooling: str) -> None:
    config = replace(TINY, architecture=architecture, pooling=pooling)
    check_scores_and_gradients(build_model(config, VOCABULARY_SIZE, LABEL_COUNT))


@pytest.mark.parametrize("encoding", ["one_hot", "embedding"])
def test_a_network_with_ngrams_at_its_input_is_scored_compiled_saved_and_loaded(encoding: str, tmp_path: Path) -> None:
    config = replace(TINY, encoding=encoding, input_ngrams=3, ngram_rows=30)
    model = build_model(config, VOCABULARY_SIZE, LABEL_COUNT)
    table = model.token_table.table
    table.assign(table.value + 0.1)  # rows of n-grams start as zeros, which would hide what is wrong with them
    check_scores_and_gradients(model)
    check_compiled_scores_agree(model)
    check_save_and_load(model, tmp_path)


@pytest.mark.parametrize("encoding", ["one_hot", "embedding"])
def test_a_network_of_texts_in_pieces_passes_the_checks(encoding: str, tmp_path: Path) -> None:
    config = replace(TINY, encoding=encoding, piece_tokens=2, layers=2)
    model = build_model(config, VOCABULARY_SIZE, LABEL_COUNT)
    check_scores_and_gradients(model)
    check_compiled_scores_agree(model)
    check_save_and_load(model, tmp_path)


@pytest.mark.parametrize("positions", ["learned", "none"])
def test_scores_and_gradients_are_right_with_other_positions(positions: str) -> None:
    config = replace(TINY, architecture="transformer", positions=positions)
    check_scores_and_gradients(build_model(config, VOCABULARY_SIZE, LABEL_COUNT))


def test_a_network_with_all_that_can_be_learned_is_saved_and_loaded(tmp_path: Path) -> None:
    config = replace(TINY, architecture="transformer", pooling="attention", positions="learned", layers=2)
    check_save_and_load(build_model(config, VOCABULARY_SIZE, LABEL_COUNT), tmp_path)


def test_the_configuration_offers_exactly_the_registered_architectures() -> None:
    assert set(get_args(get_type_hints(ModelConfig)["architecture"])) == set(ENCODERS)
