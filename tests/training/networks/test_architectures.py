from dataclasses import replace
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from network_checks import check_network

from training.config import ModelConfig
from training.networks.registry import ENCODERS

TINY = ModelConfig(units=6, embedding_dim=5)


@pytest.mark.parametrize("encoding", ["embedding", "one_hot"])
@pytest.mark.parametrize("architecture", sorted(ENCODERS))
def test_every_architecture_passes_the_network_checks(architecture: str, encoding: str, tmp_path: Path) -> None:
    check_network(replace(TINY, architecture=architecture, encoding=encoding), tmp_path)


@pytest.mark.parametrize("pooling", ["max", "mean", "last"])
def test_every_pooling_passes_the_network_checks(pooling: str, tmp_path: Path) -> None:
    check_network(replace(TINY, pooling=pooling), tmp_path)


@pytest.mark.parametrize("encoding", ["embedding", "one_hot"])
def test_two_layers_pass_the_network_checks(encoding: str, tmp_path: Path) -> None:
    check_network(replace(TINY, encoding=encoding, layers=2), tmp_path)


def test_the_configuration_offers_exactly_the_registered_architectures() -> None:
    assert set(get_args(get_type_hints(ModelConfig)["architecture"])) == set(ENCODERS)
