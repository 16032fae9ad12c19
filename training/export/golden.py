"""golden.jsonl: texts with the scores expected of them, which every loader runs before it trusts a version."""

import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from training.errors import ExportError
from training.export.layout import GOLDEN

TOLERANCE = 1e-5
_REAL_TEXTS = 16
_WORD = 20
# One text of each kind that has broken a text pipeline somewhere.
_SPECIAL_TEXTS = (
    "",
    " \t\u3000\n ",
    "ᚠᚢᚦᚨᚱᚲ ᚷᚹᚺᚾᛁᛃ ᛇᛈᛉᛊᛏᛒ",  # runes: unknown to any vocabulary, word by word and letter by letter
    "🙂👩\u200d👩\u200d👧 🇨🇳 ❤\ufe0f",
    "שלום עולם، مرحبا بالعالم",
    "我昨天在 Apple Store 买了一台 MacBook Pro,太棒了!",
)


@dataclass(frozen=True, slots=True)
class GoldenSet:
    """Texts, and scores <float32>[texts, labels]."""

    texts: tuple[str, ...]
    scores: npt.NDArray[np.float32]


def choose_golden_texts(real_texts: Sequence[str], max_tokens: int) -> tuple[str, ...]:
    """Texts of every awkward kind, then real ones spread evenly over the given texts, without repetition."""
    usable = [text for text in real_texts if _is_unicode(text)]
    real = usable[:: max(1, len(usable) // _REAL_TEXTS)][:_REAL_TEXTS]
    too_long = " ".join(itertools.islice(itertools.cycle(_words(real) or ["text"]), max_tokens + 1))
    fillers = [f"filler {number}" for number in range(_REAL_TEXTS)]
    chosen = list(dict.fromkeys([*_SPECIAL_TEXTS, too_long, *real]))
    wanted = len(_SPECIAL_TEXTS) + 1 + _REAL_TEXTS
    return tuple(dict.fromkeys([*chosen, *fillers]))[:wanted]


def _words(texts: Sequence[str]) -> list[str]:
    """Beginnings of words, each at least one token: invisible marks alone would be none, a letter or digit is one."""
    starts = (re.sub(r"^[\W_]+", "", word)[:_WORD] for text in texts for word in text.split())
    return [start for start in starts if any(map(str.isalnum, start))]


def _is_unicode(text: str) -> bool:
    """Whether the text has a UTF-8 form; a lone surrogate has none and cannot travel in a request."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def write_golden(directory: Path, golden: GoldenSet) -> None:
    """Write one JSON object a line; ASCII only, so that no reader splits a line at an exotic line separator."""
    path = directory / GOLDEN
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="ascii") as file:
        for text, scores in zip(golden.texts, golden.scores, strict=True):
            # Nine digits bring a float32 back exactly.
            file.write(json.dumps({"text": text, "scores": [float(f"{score:.9g}") for score in scores]}) + "\n")


def read_golden(directory: Path) -> GoldenSet:
    """Read golden.jsonl.

    Raises:
        ExportError: it is missing or not what `write_golden` writes.
    """
    path = directory / GOLDEN
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        texts = tuple(str(row["text"]) for row in rows)
        return GoldenSet(texts, np.array([row["scores"] for row in rows], dtype=np.float32))
    except OSError as error:
        raise ExportError(f"cannot read {path}: {error.strerror}; export the version again") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ExportError(f"{path} is damaged: {error!r}; export the version again") from error


def check_golden(golden: GoldenSet, scores: npt.NDArray[Any], how: str) -> None:
    """Hold scores against the expected ones; NaN never agrees.

    Raises:
        ExportError: a score differs by more than 1e-5; the message names the text.
    """
    if scores.shape != golden.scores.shape:
        raise ExportError(f"golden texts scored {how} give shape {scores.shape}, not {golden.scores.shape}")
    difference = np.abs(scores - golden.scores).max(axis=1)
    bad = np.flatnonzero(~(difference <= TOLERANCE))
    if bad.size:
        worst = bad[0]
        raise ExportError(
            f"{bad.size} of {len(golden.texts)} golden texts scored {how} differ from what is expected, "
            f"such as {golden.texts[worst][:60]!r} by {difference[worst]:.2g}"
        )
