"""The cells under test, each with what stands for it in NumPy and, where there is such a layer, in Keras."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import keras
import numpy as np
import numpy.typing as npt
from numpy_networks import Array, elman, gru, jordan, lstm, sigmoid

from training.networks.cell import RecurrentCell
from training.networks.elman import ElmanCell
from training.networks.gru import GRUCell
from training.networks.jordan import JordanCell
from training.networks.lstm import LSTMCell

UNITS = 2
GENERATOR = np.random.default_rng(0)


@dataclass(frozen=True)
class Kind:
    """How to make a cell, and its states [tokens, units] in NumPy from its weights."""

    make_cell: Callable[[], RecurrentCell]
    states: Callable[..., Array]
    keras_layer: Callable[[], keras.layers.Layer] | None = None


KINDS = {
    "elman": Kind(
        lambda: ElmanCell(UNITS),
        elman,
        lambda: keras.layers.SimpleRNN(UNITS, return_sequences=True),
    ),
    "jordan": Kind(lambda: JordanCell(UNITS, context_width=3), jordan),
    "jordan, sigmoid and decaying context": Kind(
        lambda: JordanCell(UNITS, 3, context_decay=0.5, context_activation="sigmoid"),
        partial(jordan, squash=sigmoid, decay=0.5),
    ),
    "lstm": Kind(
        lambda: LSTMCell(UNITS),
        lstm,
        lambda: keras.layers.LSTM(UNITS, return_sequences=True, use_cudnn=False),
    ),
    "gru": Kind(
        lambda: GRUCell(UNITS),
        gru,
        lambda: keras.layers.GRU(UNITS, return_sequences=True, use_cudnn=False),
    ),
}


def random(*shape: int, scale: float = 0.7) -> npt.NDArray[np.float32]:
    """Normal numbers in single precision, so that double precision can start from the very same."""
    return GENERATOR.normal(size=shape, scale=scale).astype(np.float32)


def restart_random_numbers() -> None:
    """Have `random` begin anew, so that no test depends on which ones ran before it."""
    global GENERATOR
    GENERATOR = np.random.default_rng(0)


def randomize(layer: keras.layers.Layer) -> None:
    """Give every weight random values, biases too."""
    layer.set_weights([random(*weight.shape) for weight in layer.trainable_weights])
