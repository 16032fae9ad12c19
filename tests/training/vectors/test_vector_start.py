from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from training.config import ModelConfig
from training.errors import ConfigError
from training.networks import build_model
from training.vectors import start_from_vectors
from training.vectors.start import check_vectors
from training.vocabulary import Vocabulary

CONFIG = ModelConfig(embedding_dim=4, units=3)
VOCABULARY = Vocabulary(["good", "bad", "new"])


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    file = tmp_path / "words.vec"
    file.write_text("good 1 2 3 4\nBad -1 -2 -3 -4\nelse 9 9 9 9\n")
    return file


def test_words_of_the_file_start_from_their_vectors_and_the_others_as_far_apart(vectors: Path) -> None:
    model = build_model(CONFIG, len(VOCABULARY), 2)
    before = model.token_table.table.numpy()
    coverage = start_from_vectors(model, VOCABULARY, replace(CONFIG, vectors=str(vectors)))
    after = model.token_table.table.numpy()
    np.testing.assert_array_equal(after[2:4], [[1, 2, 3, 4], [-1, -2, -3, -4]])
    np.testing.assert_allclose(after[4] / before[4], np.std([1, 2, 3, 4, -1, -2, -3, -4]) / before.std(), rtol=1e-5)
    assert (coverage.found, coverage.tokens) == (2, 3)
    assert "2 of 3 tokens (67 %)" in str(coverage)


def test_rows_of_ngrams_stay_as_they_are(vectors: Path) -> None:
    config = replace(CONFIG, input_ngrams=2, ngram_rows=5, vectors=str(vectors))
    model = build_model(config, len(VOCABULARY), 2)
    start_from_vectors(model, VOCABULARY, config)
    assert not model.token_table.table.numpy()[len(VOCABULARY) :].any()


def test_a_file_without_any_of_the_words_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "v"
    file.write_text("else 1 2 3 4\n")
    model = build_model(CONFIG, len(VOCABULARY), 2)
    before = model.token_table.table.numpy()
    assert start_from_vectors(model, VOCABULARY, replace(CONFIG, vectors=str(file))).found == 0
    np.testing.assert_array_equal(model.token_table.table.numpy(), before)


def test_another_width_is_refused_with_the_setting_that_helps(vectors: Path) -> None:
    config = replace(CONFIG, embedding_dim=6, vectors=str(vectors))
    with pytest.raises(ConfigError, match=r"have 4 numbers.* set model\.embedding_dim=4"):
        start_from_vectors(build_model(config, len(VOCABULARY), 2), VOCABULARY, config)


def test_one_hot_input_and_a_missing_file_are_refused_before_training(vectors: Path, tmp_path: Path) -> None:
    check_vectors(replace(CONFIG, vectors=str(vectors)))
    with pytest.raises(ConfigError, match=r"needs model\.encoding=embedding"):
        check_vectors(replace(CONFIG, vectors=str(vectors), encoding="one_hot"))
    with pytest.raises(ConfigError, match=r"there is no .*absent"):
        check_vectors(replace(CONFIG, vectors=str(tmp_path / "absent")))
