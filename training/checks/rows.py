"""Findings about single rows: those that could not be read, and those without content."""

from collections.abc import Iterator, Sequence

from training.checks.finding import Finding, Severity, counted, first, share
from training.corpus import BadRow
from training.examples import Corpus, Task


def check_bad_rows(part: str, bad_rows: Sequence[BadRow], policy: str) -> Iterator[Finding]:
    """Rows that could not be read; an error unless the policy `on_bad_row` is to skip them."""
    if bad_rows:
        severity = Severity.WARNING if policy == "skip" else Severity.ERROR
        remedy = "they are left out" if policy == "skip" else "correct them, or leave them out with --on-bad-row skip"
        message = f"{counted(len(bad_rows), 'bad row')}"
        yield Finding(severity, "bad_rows", part, message, remedy, first(str(row) for row in bad_rows))


def check_blank_lines(part: str, blank_lines: int) -> Iterator[Finding]:
    """Lines without any content, which are no rows."""
    if blank_lines:
        yield Finding(Severity.INFO, "blank_lines", part, f"{counted(blank_lines, 'blank line')} passed over")


def check_no_rows(part: str, corpus: Corpus) -> Iterator[Finding]:
    """A part without a single row."""
    if not corpus.examples:
        yield Finding(Severity.ERROR, "no_rows", part, "no row that can be used", "give a file with labelled texts")


def check_empty_texts(part: str, corpus: Corpus) -> Iterator[Finding]:
    """Texts of nothing but white space."""
    empty = [example.source for example in corpus.examples if not example.text.strip()]
    if empty:
        message = f"{share(len(empty), len(corpus))} texts are empty"
        remedy = "remove the rows, or see whether --text-column is right"
        yield Finding(Severity.WARNING, "empty_texts", part, message, remedy, first(empty))


def check_unlabelled(part: str, corpus: Corpus) -> Iterator[Finding]:
    """Multi-label rows without any label, which teach that no label applies."""
    unlabelled = [example.source for example in corpus.examples if not example.labels]
    if unlabelled and corpus.task is Task.MULTI_LABEL:
        message = f"{share(len(unlabelled), len(corpus))} rows have no label: they teach that none applies"
        yield Finding(Severity.INFO, "unlabelled_rows", part, message, examples=first(unlabelled))
