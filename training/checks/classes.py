"""Findings about the classes: how many rows each has, and which parts lack one."""

from collections import Counter
from collections.abc import Iterator

from training.checks.finding import Finding, Severity, counted, first
from training.examples import Corpus, Task

FEW_ROWS = 10
IMBALANCE = 10.0


def count_classes(corpus: Corpus) -> Counter[str]:
    """Rows of each label."""
    return Counter(label for example in corpus.examples for label in example.labels)


def check_class_count(part: str, corpus: Corpus) -> Iterator[Finding]:
    """Fewer classes than there is something to learn from: two, or one for multi-label."""
    needed = 2 if corpus.task is Task.MULTI_CLASS else 1
    names = corpus.label_names
    if corpus.examples and len(names) < needed:
        message = f"{counted(len(names), 'class')} only" if names else "no label at all"
        remedy = f"training needs at least {needed}: see whether --label-column is right"
        yield Finding(Severity.ERROR, "too_few_classes", part, message, remedy, tuple(names))


def check_imbalance(part: str, corpus: Corpus) -> Iterator[Finding]:
    """A largest class that is many times the smallest."""
    counts = count_classes(corpus).most_common()
    if not counts:
        return
    (largest, most), (smallest, least) = counts[0], counts[-1]
    if len(counts) > 1 and most >= IMBALANCE * least:
        message = f"class {largest!r} has {most:,} rows, {most / least:.0f} times {smallest!r} with {least:,}"
        remedy = "judge by macro-F1 rather than accuracy, or add rows of the small classes"
        yield Finding(Severity.WARNING, "imbalance", part, message, remedy)


def check_rare_classes(part: str, corpus: Corpus) -> Iterator[Finding]:
    """Classes with too few rows to learn from."""
    rare = sorted((count, label) for label, count in count_classes(corpus).items() if count < FEW_ROWS)
    if rare:
        message = f"{counted(len(rare), 'class')} with fewer than {FEW_ROWS} rows"
        remedy = "add rows, merge classes, or expect little of them"
        examples = first(f"{label} ({count})" for count, label in rare)
        yield Finding(Severity.WARNING, "rare_classes", part, message, remedy, examples)


def check_unseen_labels(part: str, corpus: Corpus, train: Corpus) -> Iterator[Finding]:
    """Labels of dev or test that train lacks: no model can give them."""
    known = set(train.label_names)
    rows = [example for example in corpus.examples if not known.issuperset(example.labels)]
    if rows:
        names = sorted({label for example in rows for label in example.labels} - known)
        message = f"{counted(len(names), 'label')} that train lacks, on {counted(len(rows), 'row')}: always wrong there"
        remedy = "add such rows to train, or correct the spelling"
        examples = first([*names[:3], *(example.source for example in rows)])
        yield Finding(Severity.WARNING, "unseen_labels", part, message, remedy, examples)


def check_absent_labels(part: str, corpus: Corpus, train: Corpus) -> Iterator[Finding]:
    """Labels of train that dev or test lacks: nothing is measured for them."""
    absent = sorted(set(train.label_names) - set(corpus.label_names))
    if absent and corpus.examples:
        message = f"{counted(len(absent), 'label')} of train never occur here: nothing is measured for them"
        yield Finding(Severity.INFO, "absent_labels", part, message, examples=first(absent))
