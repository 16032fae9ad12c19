"""The recurrent cells by name. `bidirectional_` before a name gives a cell of two directions."""

from collections.abc import Callable

from training.config import ModelConfig
from training.networks.cell import RecurrentCell
from training.networks.elman import ElmanCell
from training.networks.gru import GRUCell
from training.networks.jordan import JordanCell
from training.networks.lstm import LSTMCell

BIDIRECTIONAL = "bidirectional_"


def _make_jordan(config: ModelConfig, directions: int) -> JordanCell:
    return JordanCell(
        config.units, directions, config.context_width, config.context_decay, config.context_activation, name="cell"
    )


CELLS: dict[str, Callable[[ModelConfig, int], RecurrentCell]] = {
    "elman": lambda config, directions: ElmanCell(config.units, directions, name="cell"),
    "jordan": _make_jordan,
    "lstm": lambda config, directions: LSTMCell(config.units, directions, name="cell"),
    "gru": lambda config, directions: GRUCell(config.units, directions, name="cell"),
}


def make_cell(config: ModelConfig) -> RecurrentCell:
    """The cell that the architecture names, such as elman or bidirectional_lstm."""
    name = config.architecture.removeprefix(BIDIRECTIONAL)
    return CELLS[name](config, 1 if name == config.architecture else 2)
