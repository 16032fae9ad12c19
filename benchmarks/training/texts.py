"""The texts that every system is trained on: full length, made up, frequent and rare tokens as languages have them."""

from pathlib import Path

import numpy as np

VOCABULARY_SIZE, LABELS = 20_000, 10
FIRST_WORD = 2  # 0 is padding, 1 the unknown token


def write_texts(path: Path, texts: int, tokens: int, seed: int = 0) -> None:
    """Write token_ids <int32>[texts, tokens] and labels <int32>[texts] to an .npz file.

    Tokens follow Zipf's law (1949): the one of rank r comes with a frequency of 1 / r. Neighbours are drawn without
    regard to each other, so that there are more n-grams than in real texts of as many tokens.
    """
    generator = np.random.default_rng(seed)
    frequencies = 1 / np.arange(1, VOCABULARY_SIZE - FIRST_WORD + 1)
    drawn = generator.choice(len(frequencies), (texts, tokens), p=frequencies / frequencies.sum())
    labels = generator.integers(0, LABELS, texts, dtype=np.int32)
    np.savez(path, token_ids=(drawn + FIRST_WORD).astype(np.int32), labels=labels)
