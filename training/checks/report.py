"""The result of a check: a summary of each part, and the findings, as objects, JSON or an exit code."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from training.checks.finding import Finding, Severity

_EXIT_CODES = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


@dataclass(frozen=True, slots=True)
class PartSummary:
    """What one part holds.

    Attributes:
        part: train, dev or test.
        rows: examples.
        distinct_texts: different texts among them, empty ones apart.
        class_counts: rows of each label, the largest first.
        length_percentiles: tokens of a text by percent: so many percent of the texts are not longer.
        cut_share: share of the texts that are longer than `max_tokens`.
        unknown_rate: share of tokens that the vocabulary of train does not know; `None` for train itself.
    """

    part: str
    rows: int
    distinct_texts: int
    class_counts: dict[str, int]
    length_percentiles: dict[int, int]
    cut_share: float
    unknown_rate: float | None


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All that a check found.

    Attributes:
        task: multi_class or multi_label.
        max_tokens: where longer texts are cut.
        vocabulary_size: tokens with a row of their own.
        parts: a summary of each part, in the order given.
        findings: the worst first.
    """

    task: str
    max_tokens: int
    vocabulary_size: int
    parts: tuple[PartSummary, ...]
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """0: nothing but information; 1: warnings; 2: errors."""
        return max((_EXIT_CODES[finding.severity] for finding in self.findings), default=0)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that make training impossible."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries and lists for JSON."""
        return {**asdict(self), "exit_code": self.exit_code}


def worst_first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings by severity; equally bad ones keep their order."""
    return tuple(sorted(findings, key=lambda finding: -_EXIT_CODES[finding.severity]))
