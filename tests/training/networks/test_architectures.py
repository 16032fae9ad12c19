from dataclasses import replace
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from network_checks import LABEL_COUNT, VOCABULARY_SIZE, check_network, check_scores_and_gradients

from training.config import ModelConfig
from training.networks import build_model
from training.networks.registry import ENCODERS

TINY = ModelConfig(units=6, embedding_dim=5)


@pytest.mark.parametrize("encoding", ["embedding", "one_hot"])
@pytest.mark.parametrize("architecture", sorted(ENCODERS))
def test_every_architecture_passes_the_network_checks(architecture: str, encoding: str, tmp_path: Path) -> None:
    check_network(replace(TINY, architecture=architecture, encoding=encoding), tmp_path)


@pytest.mark.parametrize("pooling", ["max", "mean", "last"])
def test_scores_and_gradients_are_right_with_every_pooling(pooling: str) -> None:
    check_scores_and_gradients(build_model(replace(TINY, pooling=pooling), VOCABULARY_SIZE, LABEL_COUNT))


@pytest.mark.parametrize("encoding", ["embedding", "one_hot"])
def test_scores_and_gradients_are_right_with_two_layers(encoding: str) -> None:
    check_scores_and_gradients(build_model(replace(TINY, encoding=encoding, layers=2), VOCABULARY_SIZE, LABEL_COUNT))


def test_the_configuration_offers_exactly_the_registered_architectures() -> None:
    assert set(get_args(get_type_hints(ModelConfig)["architecture"])) == set(ENCODERS)
