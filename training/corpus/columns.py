"""Which columns or keys hold the text and the label, and the header that must name them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from training.config import DataConfig
from training.errors import CorpusError


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns that are read.

    Attributes:
        text: column of the text.
        labels: columns of the label, the first that exists counts; empty when labels are not read.
    """

    text: str
    labels: tuple[str, ...]

    @classmethod
    def from_config(cls, data: DataConfig, labelled: bool) -> "Columns":
        """The columns that the configuration names."""
        if not labelled:
            return cls(data.text_column, ())
        return cls(data.text_column, ("label", "labels") if data.label_column == "auto" else (data.label_column,))

    def label_in(self, names: Collection[str]) -> str | None:
        """The label column among these names, if any."""
        return next((label for label in self.labels if label in names), None)


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table: where the text and the label stand in each row.

    Attributes:
        names: the column names.
        text: index of the text column.
        label: index of the label column; `None` when labels are not read.
    """

    names: tuple[str, ...]
    text: int
    label: int | None

    @classmethod
    def parse(cls, cells: Sequence[str], columns: Columns, source: str) -> "Header":
        """Find the columns in the first row of a table.

        Raises:
            CorpusError: a column is missing or stands there twice.
        """
        names = tuple(cell.strip() for cell in cells)
        text = _index(names, columns.text, source, "--text-column")
        if not columns.labels:
            return cls(names, text, None)
        label = columns.label_in(names) or columns.labels[0]
        return cls(names, text, _index(names, label, source, "--label-column"))


def _index(names: tuple[str, ...], name: str, source: str, flag: str) -> int:
    if names.count(name) == 1:
        return names.index(name)
    fault = "twice" if name in names else "no"
    found = ", ".join(repr(known) for known in names)
    raise CorpusError(f"{source}: the header has {fault} column {name!r}, only {found}; name the right one by {flag}")
