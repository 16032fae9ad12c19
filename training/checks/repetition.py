"""Findings about texts that occur more than once: in a part, with different labels, or in two parts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from training.checks.finding import Finding, Severity, counted, first, share
from training.corpus import text_identity
from training.examples import Corpus, Example

MANY_DUPLICATES = 0.05

Groups = Mapping[str, list[Example]]


def group_by_text(corpus: Corpus) -> Groups:
    """The rows of each text (see `text_identity`), without the empty texts, which have a finding of their own."""
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in corpus.examples:
        identity = text_identity(example.text)
        if identity:
            groups[identity].append(example)
    return groups


def check_duplicates(part: str, groups: Groups) -> Iterator[Finding]:
    """Rows whose text occurred before in the same part."""
    repeated = [(example, group[0]) for group in groups.values() for example in group[1:]]
    rows = sum(map(len, groups.values()))
    if repeated:
        many = len(repeated) >= MANY_DUPLICATES * rows
        message = f"{share(len(repeated), rows)} rows repeat the text of an earlier row"
        remedy = "remove them: repeated texts weigh more than others" if many else ""
        severity = Severity.WARNING if many else Severity.INFO
        examples = first(f"{example.source} = {earlier.source}" for example, earlier in repeated)
        yield Finding(severity, "duplicates", part, message, remedy, examples)


def check_conflicts(part: str, groups: Groups) -> Iterator[Finding]:
    """Texts that stand under different labels."""
    conflicts = [group for group in groups.values() if len({example.labels for example in group}) > 1]
    if conflicts:
        rows = sum(map(len, conflicts))
        message = f"{counted(len(conflicts), 'text')} under different labels, {counted(rows, 'row')} in all"
        remedy = "decide on one label for each text: no model can satisfy both"
        yield Finding(Severity.WARNING, "conflicts", part, message, remedy, first(map(_conflict, conflicts)))


def check_leakage(part: str, groups: Groups, other_part: str, others: Groups) -> Iterator[Finding]:
    """Rows whose text also stands in a part that the model learns from or is chosen by."""
    leaked = [(example, others[text][0]) for text, group in groups.items() if text in others for example in group]
    if leaked:
        rows = sum(map(len, groups.values()))
        message = f"{share(len(leaked), rows)} rows have a text that also stands in {other_part}: {part} flatters"
        remedy = f"remove them from {part} or from {other_part}"
        examples = first(f"{example.source} = {other.source}" for example, other in leaked)
        yield Finding(Severity.WARNING, "leakage", part, message, remedy, examples)


def _conflict(group: list[Example]) -> str:
    one = group[0]
    other = next(example for example in group if example.labels != one.labels)
    return f"{one.source} ({_names(one)}), {other.source} ({_names(other)})"


def _names(example: Example) -> str:
    return "|".join(example.labels) or "no label"
