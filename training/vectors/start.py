"""Starting an embedding from the vectors of a file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.config import ModelConfig
from training.errors import ConfigError
from training.input_pipeline import Float32Array
from training.networks import TextClassifier
from training.vectors.reading import WordVectors, read_vectors
from training.vocabulary import SPECIAL_TOKENS, Vocabulary


@dataclass(frozen=True)
class VectorCoverage:
    """How much of a vocabulary started from a file of vectors.

    Attributes:
        path: the file.
        found: tokens that have a vector there.
        tokens: tokens of the vocabulary.
    """

    path: str
    found: int
    tokens: int

    def __str__(self) -> str:
        share = f"{self.found / max(1, self.tokens):.0%}".replace("%", " %")
        return f"{self.found:,} of {self.tokens:,} tokens ({share}) start from the vectors of {self.path}"


def check_vectors(config: ModelConfig) -> None:
    """Refuse, before anything long is begun, vectors that cannot be started from.

    Raises:
        ConfigError: the network has no embedding, or there is no such file.
    """
    if config.vectors and config.encoding != "embedding":
        raise ConfigError(f"model.vectors needs model.encoding=embedding; got {config.encoding}, which has no vectors")
    if config.vectors and not Path(config.vectors).is_file():
        raise ConfigError(f"model.vectors must be a file of vectors; there is no {config.vectors}")


def start_from_vectors(model: TextClassifier, vocabulary: Vocabulary, config: ModelConfig) -> VectorCoverage:
    """Give each token of the vocabulary its vector of the file, as it stands there.

    Tokens that the file lacks keep their random start, stretched to the spread of the vectors found (Kim 2014).

    Raises:
        ConfigError: the vectors are not as wide as the embedding.
        CorpusError: the file cannot be read as vectors.
    """
    tokens = vocabulary.tokens[len(SPECIAL_TOKENS) :]
    vectors = read_vectors(config.vectors, tokens)
    if vectors.width != config.embedding_dim:
        raise ConfigError(
            f"the vectors of {config.vectors} have {vectors.width} numbers, and model.embedding_dim is "
            f"{config.embedding_dim}: set model.embedding_dim={vectors.width}"
        )
    if vectors.by_word:
        table = model.token_table.table
        rows = table.numpy()
        rows[: len(vocabulary)] = _start(rows[: len(vocabulary)], vocabulary, vectors)
        table.assign(rows)
    return VectorCoverage(config.vectors, len(vectors.by_word), len(tokens))


def _start(rows: Float32Array, vocabulary: Vocabulary, vectors: WordVectors) -> Float32Array:
    """Rows <float32>[vocabulary, width] with the vectors that there are, and the others of like spread."""
    ids = [index for index, token in enumerate(vocabulary.tokens) if token in vectors.by_word]
    found = np.stack([vectors.by_word[vocabulary.tokens[index]] for index in ids])
    started = np.asarray(rows * (found.std() / max(rows.std(), np.finfo(np.float32).tiny)), np.float32)
    started[ids] = found
    return started
