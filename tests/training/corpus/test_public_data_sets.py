"""Real public sets in the formats that users bring; skipped where they are not beside the checkout."""

from pathlib import Path

import pytest

from training.checks import check_corpora
from training.config import DataConfig, TrainingConfig
from training.corpus import read_corpus, read_parts
from training.examples import Task

DATA = Path(__file__).parents[4] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the public data sets are not beside the checkout")

SETS = [
    ("thucnews", "tsv", 10, (45_000, 10_000, 10_000)),
    ("chnsenticorp", "csv", 2, (9_600, 1_200, 1_200)),
    ("trec", "tsv", 6, (5_452, 0, 500)),
    ("clinc150", "jsonl", 150, (15_000, 3_000, 4_500)),
    ("snips", "jsonl", 7, (13_084, 700, 700)),
    ("mr", "csv", 2, (7_108, 0, 3_554)),
    ("r8", "tsv", 8, (5_485, 0, 2_189)),
    ("imdb", "jsonl.gz", 2, (25_000, 0, 25_000)),
    ("goemotions", "jsonl", 28, (43_410, 5_426, 5_427)),
    ("reuters", "jsonl.gz", 90, (7_770, 0, 3_019)),
]


@pytest.mark.parametrize(("name", "suffix", "classes", "rows"), SETS)
def test_every_row_of_a_public_set_is_read(name, suffix, classes, rows):
    task = Task.MULTI_LABEL if name in ("goemotions", "reuters") else Task.MULTI_CLASS
    for part, count in zip(("train", "dev", "test"), rows, strict=True):
        if count:
            corpus = read_corpus(DATA / name / f"{part}.{suffix}", DataConfig()).corpus
            assert (len(corpus), len(corpus.label_names), corpus.task) == (count, classes, task)


def test_leak_of_a_public_set_is_found():
    folder = DATA / "chnsenticorp"
    data = DataConfig(train=str(folder / "train.csv"), test=str(folder / "test.csv"))
    report = check_corpora(
        read_parts(data), lambda texts: [list(text) for text in texts], _all_tokens, TrainingConfig()
    )
    (leak,) = [finding for finding in report.findings if finding.code == "leakage"]
    assert leak.message.startswith("331 of 1,200 (27.6 %) rows")


def _all_tokens(tokenised):
    return {token for tokens in tokenised for token in tokens}
