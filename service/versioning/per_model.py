"""Settings that differ from model to model: one line of text holds them all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True)
class PerModel(Generic[Value]):
    """A value for each of some models; `text` is how the setting spelled them."""

    values: Mapping[str, Value] = field(default_factory=dict)
    default: Value | None = None
    text: str = ""

    def of(self, model: str) -> Value | None:
        """The value for a model, or that for all others."""
        return self.values.get(model, self.default)

    def __str__(self) -> str:
        return self.text


def per_model(
    parse: Callable[[str], Value], expected: str, with_default: bool = False
) -> Callable[[str], PerModel[Value]]:
    """Return a parser of `NAME=VALUE NAME=VALUE`, where a VALUE alone, if allowed, is for all other models.

    Args:
        parse: reads one value; raises ValueError for one that is none.
        expected: what a value looks like, for the error.
        with_default: whether a value may stand alone.
    """

    def parse_all(text: str) -> PerModel[Value]:
        values: dict[str, Value] = {}
        default: Value | None = None
        for word in text.split():
            name, equals, value = word.rpartition("=")
            if name in values or (equals and not name) or not (equals or with_default):
                raise ValueError(f"NAME=VALUE for each model once, where VALUE is {expected}")
            try:
                parsed = parse(value)
            except ValueError as error:
                raise ValueError(f"{'[NAME=]' if with_default else 'NAME='}VALUE, where VALUE is {expected}") from error
            if equals:
                values[name] = parsed
            else:
                default = parsed
        return PerModel(values, default, text)

    return parse_all
