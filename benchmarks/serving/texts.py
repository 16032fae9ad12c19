"""The texts that are sent: real ones of public data sets, short and long."""

import random
from dataclasses import dataclass
from pathlib import Path

FILES = {"thucnews": "{part}.tsv", "trec": "{part}.tsv", "imdb": "{part}.jsonl.gz"}


@dataclass(frozen=True)
class LabelledText:
    """A text, and what it is about: data set and label, such as "imdb positive"."""

    text: str
    label: str


def labelled_texts(data: Path, name: str, part: str, count: int) -> list[LabelledText]:
    """Draw texts of a data set, always the same ones.

    Args:
        data: folder with a folder for each of FILES.
        name: of the data set.
        part: train or test.
        count: how many, or all where there are fewer.
    """
    from training.config import DataConfig
    from training.corpus import read_corpus

    examples = read_corpus(data / name / FILES[name].format(part=part), DataConfig()).corpus.examples
    chosen = random.Random(f"{name} {part}").sample(examples, min(count, len(examples)))
    return [LabelledText(example.text, f"{name} {example.labels[0]}") for example in chosen]


def missing_data(data: Path) -> list[Path]:
    """The files that are not there."""
    paths = [data / name / pattern.format(part=part) for name, pattern in FILES.items() for part in ("train", "test")]
    return [path for path in paths if not path.is_file()]
