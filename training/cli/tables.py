"""Check reports as text for people."""

import textwrap
from collections.abc import Iterator

from tabulate import tabulate

from training.checks import CheckReport, Finding, PartSummary
from training.checks.finding import counted

_CLASSES_SHOWN = 20
_NONE = "–"


def check_text(report: CheckReport) -> str:
    """The parts, the classes and the findings, ready to print."""
    sections = [_parts_table(report), _classes_table(report), *map(_finding_text, report.findings), _verdict(report)]
    return "\n\n".join(sections)


def _parts_table(report: CheckReport) -> str:
    percents = list(report.parts[0].length_percentiles)
    headers = ["part", "rows", "distinct", "classes", *(f"p{percent}" for percent in percents), "cut", "unknown"]
    heading = (
        f"Task {report.task}, {report.vocabulary_size:,} known tokens. pN: N % of the texts have no more tokens than "
        f"this; cut: texts longer than {report.max_tokens} tokens; unknown: tokens that the vocabulary lacks."
    )
    rows = [_part_row(part, percents) for part in report.parts]
    return textwrap.fill(heading, 100) + "\n\n" + _table(rows, headers)


def _part_row(part: PartSummary, percents: list[int]) -> list[str]:
    lengths = [_count(part.length_percentiles.get(percent)) for percent in percents]
    unknown = _NONE if part.unknown_rate is None else f"{part.unknown_rate:.1%}"
    counts = [_count(part.rows), _count(part.distinct_texts), _count(len(part.class_counts))]
    return [part.part, *counts, *lengths, f"{part.cut_share:.1%}", unknown]


def _classes_table(report: CheckReport) -> str:
    counts = [part.class_counts for part in report.parts]
    names = list(dict.fromkeys(name for part in counts for name in part))
    rows = [[name, *(_count(part.get(name, 0)) for part in counts)] for name in names[:_CLASSES_SHOWN]]
    table = _table(rows, ["class", *(part.part for part in report.parts)])
    more = len(names) - _CLASSES_SHOWN
    return f"{table}\n… and {more} smaller ones (--json lists all)" if more > 0 else table


def _finding_text(finding: Finding) -> str:
    return "\n".join(_finding_lines(finding))


def _finding_lines(finding: Finding) -> Iterator[str]:
    yield f"{finding.severity.upper()} {finding.part}: {finding.message} [{finding.code}]"
    if finding.remedy:
        yield f"  -> {finding.remedy}"
    for example in finding.examples:
        yield f"     {example}"


def _verdict(report: CheckReport) -> str:
    severities = [finding.severity.value for finding in report.findings]
    return f"{counted(severities.count('error'), 'error')}, {counted(severities.count('warning'), 'warning')}"


def _count(value: int | None) -> str:
    return _NONE if value is None else f"{value:,}"


def _table(rows: list[list[str]], headers: list[str]) -> str:
    align = ["left"] + ["right"] * (len(headers) - 1)
    return tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True, colalign=align if rows else None)
