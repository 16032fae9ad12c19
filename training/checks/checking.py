"""All checks over all parts: one pass over the tokens of each, nothing read or written."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from training.checks import classes, repetition, rows, tokens
from training.checks.finding import Finding
from training.checks.report import CheckReport, PartSummary, worst_first
from training.checks.tokens import TokenCounts, Tokenize
from training.config import TrainingConfig
from training.corpus import ReadResult
from training.examples import Corpus

TRAIN = "train"
BuildVocabulary = Callable[[Iterable[list[str]]], Collection[str]]


def check_corpora(
    parts: Mapping[str, ReadResult], tokenize: Tokenize, build_vocabulary: BuildVocabulary, config: TrainingConfig
) -> CheckReport:
    """Check the parts of one training run against themselves and each other.

    Args:
        parts: what was read, by part; `train` must be among them.
        tokenize: texts to tokens.
        build_vocabulary: the tokens of train, a list a text, to the tokens that are known.
        config: for `tokenizer.max_tokens` and `data.on_bad_row`.
    """
    train_counts = TokenCounts()
    train = parts[TRAIN].corpus
    known = build_vocabulary(tokens.stream_tokens(train, tokenize, train_counts))
    counts = {
        part: train_counts if part == TRAIN else tokens.count_tokens(read.corpus, tokenize, known)
        for part, read in parts.items()
    }
    groups = {part: repetition.group_by_text(read.corpus) for part, read in parts.items()}
    max_tokens = config.tokenizer.max_tokens
    summaries = [_summary(part, parts[part].corpus, groups[part], counts[part], max_tokens) for part in parts]
    findings = [
        *_check_train(train),
        *(found for part in parts for found in _check_part(part, parts[part], groups[part], counts[part], config)),
        *_check_against_others(parts, groups, counts),
    ]
    return CheckReport(train.task.value, max_tokens, len(known), tuple(summaries), worst_first(findings))


def _check_train(train: Corpus) -> Iterator[Finding]:
    yield from classes.check_class_count(TRAIN, train)
    yield from classes.check_imbalance(TRAIN, train)
    yield from classes.check_rare_classes(TRAIN, train)


def _check_part(
    part: str, read: ReadResult, groups: repetition.Groups, counts: TokenCounts, config: TrainingConfig
) -> Iterator[Finding]:
    yield from rows.check_bad_rows(part, read.bad_rows, config.data.on_bad_row)
    yield from rows.check_blank_lines(part, read.blank_lines)
    yield from rows.check_no_rows(part, read.corpus)
    yield from rows.check_empty_texts(part, read.corpus)
    yield from rows.check_unlabelled(part, read.corpus)
    yield from repetition.check_duplicates(part, groups)
    yield from repetition.check_conflicts(part, groups)
    # Train alone decides on max_tokens: dev and test must not.
    yield from tokens.check_cut(part, counts, config.tokenizer.max_tokens, adjustable=part == TRAIN)


def _check_against_others(
    parts: Mapping[str, ReadResult], groups: Mapping[str, repetition.Groups], counts: Mapping[str, TokenCounts]
) -> Iterator[Finding]:
    """Check each later part against train, and test against dev too."""
    names = list(parts)
    for position, part in enumerate(names):
        for earlier in names[:position]:
            yield from repetition.check_leakage(part, groups[part], earlier, groups[earlier])
        if part != TRAIN:
            yield from classes.check_unseen_labels(part, parts[part].corpus, parts[TRAIN].corpus)
            yield from classes.check_absent_labels(part, parts[part].corpus, parts[TRAIN].corpus)
            yield from tokens.check_unknown(part, counts[part])


def _summary(part: str, corpus: Corpus, groups: repetition.Groups, counts: TokenCounts, max_tokens: int) -> PartSummary:
    return PartSummary(
        part=part,
        rows=len(corpus),
        distinct_texts=len(groups),
        class_counts=dict(sorted(classes.count_classes(corpus).items(), key=lambda item: (-item[1], item[0]))),
        length_percentiles=counts.percentiles(),
        cut_share=counts.cut(max_tokens) / max(1, len(corpus)),
        unknown_rate=None if part == TRAIN else counts.unknown_rate,
    )
