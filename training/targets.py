"""Labels as numbers: the one-hot or multi-hot matrix of a corpus, and a fingerprint of what it holds."""

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from training.examples import Corpus


def multi_hot(corpus: Corpus, label_names: Sequence[str]) -> npt.NDArray[np.float32]:
    """Targets <float32>[texts, labels], one-hot for multi-class; labels that are not among the names leave no trace."""
    column = {name: index for index, name in enumerate(label_names)}
    targets = np.zeros((len(corpus), len(label_names)), dtype=np.float32)
    for row, example in enumerate(corpus.examples):
        targets[row, [column[label] for label in example.labels if label in column]] = 1
    return targets


def fingerprint(corpus: Corpus) -> str:
    """SHA-256, hexadecimal, over the texts and labels in their order."""
    digest = hashlib.sha256()
    for example in corpus.examples:
        for field in (example.text, *example.labels):
            data = field.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)  # with its length, so that no two lists look alike
        digest.update(b"\n")
    return digest.hexdigest()
