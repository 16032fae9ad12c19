"""From a label as written (a cell, a JSON value, `__label__` words) to the labels of a text."""

from dataclasses import dataclass

from training.config import DataConfig
from training.corpus.json_lines import JsonNumber, json_kind, parse_json
from training.corpus.rows import RowError
from training.examples import Task


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one row.

    Attributes:
        names: sorted, without repetition.
        several: whether the row is written as only multi-label rows are.
    """

    names: tuple[str, ...]
    several: bool


def parse_labels(label: object, data: DataConfig, task: Task | None) -> Labels:
    """Read a label in the way of its format; `task` is the task as far as it is known.

    Raises:
        RowError: it is no label, or an empty one stands among several.
    """
    if isinstance(label, tuple):
        return _labels([_name(name) for name in label], several=len(label) > 1)
    if isinstance(label, list):
        return _labels([_name(name) for name in label], several=task is not Task.MULTI_CLASS or len(label) != 1)
    if label is None:
        return Labels((), several=False)
    if isinstance(label, str) and not isinstance(label, JsonNumber):
        return _parse_cell(label.strip(), data, task)
    return _labels([_name(label)], several=False)


def one_label(labels: Labels, task: Task) -> tuple[str, ...]:
    """The names, when there are as many as the task allows.

    Raises:
        RowError: not exactly one label in a multi-class task.
    """
    if task is Task.MULTI_CLASS and len(labels.names) != 1:
        what = f"{len(labels.names)} labels ({', '.join(labels.names)})" if labels.names else "no label"
        raise RowError(what, "exactly one (rows with none or several need --task multi_label)")
    return labels.names


def _parse_cell(cell: str, data: DataConfig, task: Task | None) -> Labels:
    if not cell:
        return Labels((), several=False)
    if task is not Task.MULTI_CLASS:
        if cell.startswith("[") and cell.endswith("]"):
            return _parse_list(cell)
        if data.label_separator and data.label_separator in cell:
            return _labels([_name(name) for name in cell.split(data.label_separator)], several=True)
    return _labels([cell], several=False)


def _parse_list(cell: str) -> Labels:
    try:
        names = parse_json(cell)
    except RowError as error:
        expected = 'a JSON list such as ["a", "b"] (--task multi_class takes bracketed labels literally)'
        raise RowError(f"the label {cell} looks like a list and is not JSON", expected) from error
    return _labels([_name(name) for name in names], several=True)


def _name(label: object) -> str:
    if isinstance(label, bool):
        return "true" if label else "false"
    if not isinstance(label, str):
        raise RowError(f"a label that is JSON {json_kind(label)}", "a string")
    name = label.strip()
    if not name:
        raise RowError("an empty label", "a name for each label")
    return name


def _labels(names: list[str], several: bool) -> Labels:
    return Labels(tuple(sorted(set(names))), several)
