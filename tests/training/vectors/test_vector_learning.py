import random
from pathlib import Path

import numpy as np
import pytest

from training.config import VocabularyConfig
from training.errors import ConfigError, CorpusError
from training.vectors.learned import learn_vectors, write_vectors
from training.vectors.learning import count_cooccurrences, factorize, positive_pmi
from training.vectors.reading import read_vectors

TEXTS = [[0, 1, 2], [2, -1, 0, 1], [1], []]


def count_slowly(texts: list[list[int]], words: int, window: int) -> list[list[float]]:
    counts = [[0.0] * words for _ in range(words)]
    for text in texts:
        for i, word in enumerate(text):
            for j, other in enumerate(text):
                if i != j and abs(i - j) <= window and word >= 0 and other >= 0:
                    counts[word][other] += 1 / abs(i - j)
    return counts


@pytest.mark.parametrize("window", [1, 2, 5])
def test_company_is_counted_within_the_window_and_within_the_text(window: int) -> None:
    counts = count_cooccurrences(TEXTS, 3, window)
    np.testing.assert_allclose(counts.toarray(), count_slowly(TEXTS, 3, window), rtol=1e-6)


def test_information_is_that_of_the_definition() -> None:
    counts = count_cooccurrences(TEXTS, 3, 2)
    table = counts.toarray().astype(np.float64)
    context = table.sum(axis=0) ** 0.75
    chance = np.outer(table.sum(axis=1), context / context.sum())
    with np.errstate(divide="ignore"):
        wanted = np.maximum(np.log(table / chance), 0)
    np.testing.assert_allclose(positive_pmi(counts).toarray(), wanted, rtol=1e-5)


def test_vectors_have_length_1_and_words_without_company_have_none() -> None:
    vectors = factorize(positive_pmi(count_cooccurrences([[0, 1], [1, 2]], 4, 1)), 6)
    assert vectors.shape == (4, 6)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1, 1, 0], atol=1e-5)


def corpus() -> list[str]:
    """Animals are fed and cars are driven, each by anybody."""
    generator = random.Random(1)
    people = ["anna", "ben", "carl", "dora"]
    scenes = {"cat dog cow": "feeds the hungry {} with milk", "truck bus van": "drives the fast {} to town"}
    return [
        f"{generator.choice(people)} {scene.format(generator.choice(things.split()))}"
        for _ in range(200)
        for things, scene in scenes.items()
    ]


def test_words_that_keep_the_same_company_are_alike(tmp_path: Path) -> None:
    settings = VocabularyConfig(min_count=2)
    told: list[str] = []
    learned = learn_vectors(corpus(), lambda batch: [text.split() for text in batch], settings, 8, 3, told.append)
    file = tmp_path / "words.vec"
    write_vectors(learned, file)
    read = read_vectors(file, learned.words).by_word
    assert read.keys() == set(learned.words)
    assert read["cat"] @ read["dog"] > 0.9
    assert read["cat"] @ read["bus"] < 0.5
    assert any("400 texts" in line for line in told)


def test_too_little_text_and_senseless_sizes_are_refused() -> None:
    def learn(texts: list[str], width: int = 4, window: int = 2) -> None:
        learn_vectors(texts, lambda batch: [text.split() for text in batch], VocabularyConfig(), width, window, print)

    with pytest.raises(CorpusError, match="of 1 texts with 2 tokens, 0 tokens occur 2 times"):
        learn(["one two"])
    with pytest.raises(ConfigError, match="--dim must be at least 1; got 0"):
        learn(["a a b b"], width=0)
    with pytest.raises(ConfigError, match="--window must be at least 1; got 0"):
        learn(["a a b b"], window=0)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    learned = learn_vectors(
        ["a a b b"], lambda batch: [text.split() for text in batch], VocabularyConfig(), 2, 2, print
    )
    with pytest.raises(ConfigError, match=r"cannot write .*absent"):
        write_vectors(learned, tmp_path / "absent" / "v.vec")
