"""The recurrent cells by name. `bidirectional_` before a name gives one cell forward and one backward."""

from collections.abc import Callable

from training.config import ModelConfig
from training.networks.cell import RecurrentCell
from training.networks.elman import ElmanCell
from training.networks.gru import GRUCell
from training.networks.jordan import JordanCell
from training.networks.lstm import LSTMCell

BIDIRECTIONAL = "bidirectional_"


def _make_jordan(config: ModelConfig) -> JordanCell:
    return JordanCell(config.units, config.context_width, config.context_decay, config.context_activation, name="cell")


CELLS: dict[str, Callable[[ModelConfig], RecurrentCell]] = {
    "elman": lambda config: ElmanCell(config.units, name="cell"),
    "jordan": _make_jordan,
    "lstm": lambda config: LSTMCell(config.units, name="cell"),
    "gru": lambda config: GRUCell(config.units, name="cell"),
}


def make_cells(config: ModelConfig) -> list[RecurrentCell]:
    """The cells of a layer of the architecture, such as elman or bidirectional_lstm: one for each direction."""
    name = config.architecture.removeprefix(BIDIRECTIONAL)
    return [CELLS[name](config) for _ in range(1 if name == config.architecture else 2)]
