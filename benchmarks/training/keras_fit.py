"""The same network in plain Keras, trained by `fit` as its guides show; in its own process.

Usage: python -m benchmarks.training.keras_fit, then a line of JSON for each pass: texts (file), batch. Each is answered
by the seconds that the pass took.
"""

import json
import sys
import time
from functools import cache
from typing import Any

import numpy as np

UNITS, EMBEDDING_DIM = 128, 128


def main() -> None:
    """Answer each line."""
    for line in sys.stdin:
        print(json.dumps(train_once(**json.loads(line))), flush=True)


def train_once(texts: str, batch: int) -> float:
    """Train for one pass over the texts."""
    with np.load(texts) as arrays:
        token_ids, labels = arrays["token_ids"], arrays["labels"]
    model = _make_model()
    started = time.perf_counter()
    history = model.fit(token_ids, labels, batch_size=batch, epochs=1, verbose=0)
    seconds = time.perf_counter() - started
    assert np.isfinite(history.history["loss"]).all()
    return seconds


@cache
def _make_model() -> Any:
    import keras

    from benchmarks.training.texts import LABELS, VOCABULARY_SIZE

    token_ids = keras.Input([None], dtype="int32")
    embedded = keras.layers.Embedding(VOCABULARY_SIZE, EMBEDDING_DIM)(token_ids)
    states = keras.layers.Bidirectional(keras.layers.LSTM(UNITS, return_sequences=True))(embedded)
    pools = [keras.layers.GlobalMaxPooling1D()(states), keras.layers.GlobalAveragePooling1D()(states)]
    logits = keras.layers.Dense(LABELS)(keras.layers.Concatenate()(pools))
    model = keras.Model(token_ids, logits)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


if __name__ == "__main__":
    main()
