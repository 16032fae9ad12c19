"""Runs the golden texts of a version: warm-up, acceptance test and skew alarm at once."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from service.servable import ModelLoadError, Servable

GOLDEN_PATH = "assets.extra/golden.jsonl"

TOLERANCE = 1e-4
"""Largest difference of a score from the expected one.

The contract promises 1e-5 on one machine; another processor sums float32 in another order, which moves a score by up to
some 1e-5. What the alarm is for (other weights, another tokenizer, another vocabulary) moves scores by far more.
"""


@dataclass(frozen=True, slots=True)
class Golden:
    """Texts, and the scores expected of them, <float32>[texts, labels]."""

    texts: list[str]
    scores: npt.NDArray[np.float32]


def verify_golden(golden: Golden, servable: Servable) -> None:
    """Score the golden texts as calls are scored, and compare.

    Raises:
        ModelLoadError: a score differs.
    """
    scores = servable.score(servable.tokenize([text.encode() for text in golden.texts]))
    if scores.shape != golden.scores.shape:
        raise ModelLoadError(f"scores have shape {scores.shape}, expected {golden.scores.shape}")
    difference = np.abs(scores - golden.scores).max(axis=1)
    worst = int(np.argmax(np.nan_to_num(difference, nan=np.inf)))
    if not difference[worst] <= TOLERANCE:
        raise ModelLoadError(
            f"{GOLDEN_PATH}, line {worst + 1}: a score differs by {difference[worst]:.2g} from the expected one"
        )


def read_golden(directory: Path, labels: int) -> Golden:
    """Read golden.jsonl: a line is an object with `text` and `scores`, one a label.

    Raises:
        ModelLoadError: it is missing, empty or malformed.
    """
    try:
        lines = (directory / GOLDEN_PATH).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelLoadError(f"cannot read {GOLDEN_PATH}: {error}") from error
    pairs = [_parse(line, number, labels) for number, line in enumerate(lines, start=1) if line.strip()]
    if not pairs:
        raise ModelLoadError(f"{GOLDEN_PATH} is empty")
    return Golden([text for text, _ in pairs], np.array([scores for _, scores in pairs], np.float32))


def _parse(line: str, number: int, labels: int) -> tuple[str, list[float]]:
    try:
        entry = json.loads(line)
        text, scores = entry["text"], [float(score) for score in entry["scores"]]
        text.encode()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelLoadError(f"{GOLDEN_PATH}, line {number}: expected an object with text and scores") from error
    if len(scores) != labels:
        raise ModelLoadError(f"{GOLDEN_PATH}, line {number}: {len(scores)} scores for {labels} labels")
    return text, scores
