"""What is trained on each data set: baselines, presets, and each kind of network by itself."""

from dataclasses import dataclass
from typing import Literal

from training.config import ModelConfig
from training.presets import PRESETS

Kind = Literal["linear", "fasttext", "preset", "alone"]
ENCODINGS = {"embedding": "embedding", "one_hot": "one-hot"}
"""The setting to how it is written."""

_NETWORKS = {
    "elman": ("elman", "Elman"),
    "jordan": ("jordan", "Jordan"),
    "bielman": ("bidirectional_elman", "Bi-RNN (Elman)"),
    "bijordan": ("bidirectional_jordan", "Bi-RNN (Jordan)"),
    "lstm": ("lstm", "LSTM"),
    "bilstm": ("bidirectional_lstm", "BiLSTM"),
    "gru": ("gru", "GRU"),
    "bigru": ("bidirectional_gru", "BiGRU"),
    "transformer": ("transformer", "Transformer"),
}
_NAMES = dict(_NETWORKS.values())
FAMILIES = {
    family: _NETWORKS[family][1] for family in ("elman", "jordan", "bielman", "lstm", "bilstm", "gru", "transformer")
}
"""The networks that also stand alone: how they are called on the command line, and in words."""


@dataclass(frozen=True)
class Model:
    """A row of the tables.

    Attributes:
        key: its name on the command line.
        kind: how it is trained.
        preset: settings to start from; None: the defaults.
        settings: those of its own, as `dotted.path=value`.
        seeded: whether another seed gives another model.
    """

    key: str
    kind: Kind
    preset: str | None = None
    settings: tuple[str, ...] = ()
    seeded: bool = True


def network_name(config: ModelConfig, ngrams: bool) -> str:
    """A network in words, such as "BiLSTM, one-hot, n-grams"."""
    return f"{_NAMES[config.architecture]}, {ENCODINGS[config.encoding]}{', n-grams' if ngrams else ''}"


def alone_key(family: str, encoding: str) -> str:
    """The key of a network without n-gram branch."""
    return f"{family}-{ENCODINGS[encoding]}"


def _alone(family: str, encoding: str) -> Model:
    settings = (f"model.architecture={_NETWORKS[family][0]}", f"model.encoding={encoding}", "ngrams.enabled=no")
    return Model(alone_key(family, encoding), "alone", settings=settings)


_BASELINES = (Model("linear", "linear", seeded=False), Model("fasttext", "fasttext"))
_PRESETS = tuple(Model(preset, "preset", preset) for preset in PRESETS)
_ALONE = tuple(_alone(family, encoding) for family in FAMILIES for encoding in ENCODINGS)

MODELS = {model.key: model for model in (*_BASELINES, *_PRESETS, *_ALONE)}
"""By key, in the order of the tables."""

GROUPS = {
    "baselines": [model.key for model in _BASELINES],
    "presets": [model.key for model in _PRESETS],
    "alone": [model.key for model in _ALONE],
}
"""Names for several of them at once."""


def expand(names: list[str]) -> list[str]:
    """Keys of models, without repetition and in the order of the tables, from keys and names of groups."""
    wanted = {key for name in names for key in GROUPS.get(name, [name])}
    return [key for key in MODELS if key in wanted]
