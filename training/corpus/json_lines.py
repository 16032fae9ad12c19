"""JSONL: one JSON object a line."""

import json
from collections.abc import Iterable
from typing import Any

from training.corpus.columns import Columns
from training.corpus.lines import Line, checked_line
from training.corpus.rows import Blank, Record, RowError, Rows, checked_text


class JsonNumber(str):
    """A number exactly as it stands in the file: `1` and `1.0` are different labels."""


def read_json_lines(lines: Iterable[Line], path: str, columns: Columns, encoding: str) -> Rows:
    """Records of a JSONL file."""
    for line in lines:
        source = f"{path}:{line.number}"
        if not line.text.strip():
            yield Blank(source)
            continue
        try:
            yield _record(parse_json(checked_line(line.content, encoding)), columns, source)
        except RowError as error:
            yield error.at(source)


def parse_json(text: str) -> Any:
    """Parse JSON strictly, numbers as `JsonNumber`.

    Raises:
        RowError: it is not JSON.
    """
    try:
        return json.loads(text, parse_int=JsonNumber, parse_float=JsonNumber, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise RowError(f"not JSON ({error.msg} at column {error.colno})", "one JSON object a line") from error
    except RecursionError as error:
        raise RowError("JSON nested too deeply", "one flat JSON object a line") from error


def _refuse_constant(name: str) -> None:
    raise RowError(f"{name} is not JSON", "a number, or null")


def _record(row: Any, columns: Columns, source: str) -> Record:
    if not isinstance(row, dict):
        raise RowError(f"JSON {json_kind(row)}", f"an object with the key {columns.text!r}")
    if columns.text not in row:
        raise RowError(f"no key {columns.text!r}", "it in every row (--text-column names another key)")
    text = row[columns.text]
    if not isinstance(text, str) or isinstance(text, JsonNumber):
        raise RowError(f"{columns.text!r} is JSON {json_kind(text)}", "a string")
    return Record(source, checked_text(text), _label(row, columns))


def _label(row: dict[str, Any], columns: Columns) -> object:
    if not columns.labels:
        return None
    name = columns.label_in(row)
    if name is None:
        keys = " or ".join(repr(label) for label in columns.labels)
        raise RowError(f"no key {keys}", "it in every row (--label-column names another key; [] means no label)")
    return row[name]


def json_kind(value: object) -> str:
    """The JSON name of what kind of value this is."""
    if isinstance(value, JsonNumber):
        return "number"
    return {str: "string", list: "list", dict: "object", bool: "boolean"}.get(type(value), "null")
