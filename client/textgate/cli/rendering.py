"""Answers as lines: JSON for programs, columns for people."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from textgate import (
    Classification,
    InternalError,
    InvalidArgumentError,
    Model,
    ModelStatus,
    ResourceExhaustedError,
    TextgateError,
    TextResult,
    Traffic,
)


def as_json(value: Any) -> str:
    """One line of JSON."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def classification_json(answer: Classification) -> Iterator[str]:
    """One object a text: the result, and the model that answered."""
    for result in answer:
        yield as_json({"model": answer.model, "version": answer.version, **asdict(result)})


def classification_lines(answer: Classification, *, only_predicted: bool) -> Iterator[str]:
    """One line a text: labels with scores, a tab, the text."""
    for result in answer:
        yield f"{_labels(result, only_predicted)}\t{printable(result.text)}"


def model_json(model: Model) -> str:
    """One object: status and info."""
    return as_json(asdict(model))


def models_json(statuses: Iterable[ModelStatus]) -> Iterator[str]:
    """One object a version."""
    return (as_json(asdict(status)) for status in statuses)


def models_lines(statuses: Sequence[ModelStatus]) -> Iterator[str]:
    """A table with a header."""
    if not statuses:
        yield "The server knows of no models."
        return
    rows = [("MODEL", "VERSION", "STATE", "LABELS", "REASON")]
    for status in statuses:
        labels = ",".join(status.version_labels) or "-"
        rows.append((status.name, str(status.version), status.state.value, labels, status.reason))
    printable_rows = [[printable(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in printable_rows) for column in range(len(rows[0]))]
    for row in printable_rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def model_lines(model: Model) -> Iterator[str]:
    """A property a line."""
    info = model.info
    properties = {
        "model": info.name,
        "version": info.version,
        "state": model.status.state.value,
        "task": info.task.value,
        "labels": ", ".join(label.name for label in info.labels),
        "architecture": info.architecture,
        "encoding": info.encoding.value,
        "max tokens": info.max_tokens,
        "vocabulary": info.vocabulary_size,
        "created": info.created_at.isoformat() if info.created_at is not None else "-",
        **{f"test {name}": f"{value:.4f}" for name, value in sorted(info.test_metrics.items())},
    }
    return _property_lines({**properties, **_traffic_properties(model.traffic)})


def traffic_lines(traffic: Traffic) -> Iterator[str]:
    """Who answers, and who is shown copies, a line each."""
    return _property_lines(_traffic_properties(traffic) or {"traffic": "the newest version"})


def failure_lines(error: TextgateError) -> Iterator[str]:
    """What went wrong, and what the server said of it."""
    yield f"textgate: {error.code}: {printable(error.message)}"
    if isinstance(error, InvalidArgumentError):
        for violation in error.violations:
            yield printable(f"  {violation.field}: {violation.description}")
    if isinstance(error, ResourceExhaustedError) and error.retry_after is not None:
        yield f"  try again after {error.retry_after:g} s"
    if isinstance(error, InternalError) and error.error_id is not None:
        yield printable(f"  error id: {error.error_id}")
    if error.request_id is not None:
        yield printable(f"  request id: {error.request_id}")
    yield from (f"  {note}" for note in getattr(error, "__notes__", ()))


def printable(text: str) -> str:
    """The text on one line, with control characters escaped: what is classified may be hostile to a terminal."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def _traffic_properties(traffic: Traffic) -> dict[str, str]:
    properties = {}
    if traffic.split:
        properties["traffic"] = ", ".join(f"{target}={weight:g}" for target, weight in traffic.split.items())
    if shadow := traffic.shadow:
        properties["shadow"] = (
            f"{shadow.target}={shadow.share:g}: another best label for {shadow.disagreeing_texts} of"
            f" {shadow.compared_texts} texts; {shadow.dropped_calls} copies dropped, {shadow.failed_calls} failed"
        )
    return properties


def _property_lines(properties: Mapping[str, object]) -> Iterator[str]:
    width = max(len(name) for name in properties)
    return (f"{name.ljust(width)}  {printable(str(value))}" for name, value in properties.items())


def _labels(result: TextResult, only_predicted: bool) -> str:
    shown = [score for score in result.labels if score.predicted or not only_predicted]
    return ", ".join(f"{printable(score.label)} {score.score:.4f}" for score in shown) or "-"


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
