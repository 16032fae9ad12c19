"""Names such as `stable` for versions of a model."""

import re
from collections.abc import Mapping

EXPECTED = "LABEL:VERSION,… such as stable:3,canary:4"
LABEL = re.compile(r"[^\W\d_][\w.\-]{0,63}")
"""A letter first, so that a label is never taken for a version number."""


def is_label(text: str) -> bool:
    """Whether a version may have this name."""
    return LABEL.fullmatch(text) is not None


def parse_labels(text: str) -> Mapping[str, int]:
    """Read labels with the versions that they are on, as settings spell them.

    Raises:
        ValueError: it is not of that form, or has a label twice.
    """
    labels: dict[str, int] = {}
    for part in text.split(","):
        label, _, version = part.partition(":")
        if (
            not is_label(label)
            or label in labels
            or not (version.isascii() and version.isdecimal())
            or not 0 < int(version) < 10**18
        ):
            raise ValueError(EXPECTED)
        labels[label] = int(version)
    return labels
