"""The models that every system serves: trained once on short and long texts together, and kept."""

import json
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving.texts import labelled_texts

TRAIN_TEXTS = {"thucnews": 4000, "trec": 2000, "imdb": 1000}
# What the weights have learned makes no difference to speed: one epoch does.
SETTINGS = ("fit.epochs=1", "baseline.enabled=no", "vocabulary.min_count=1", "vocabulary.max_size=20000")
ALONE = "ngrams.enabled=no"


@dataclass(frozen=True)
class Model:
    """A model of the benchmark: its name in the repository, in words, and by which settings it is trained."""

    name: str
    about: str
    settings: tuple[str, ...]


MODELS = {
    model.name: model
    for model in (
        Model("embedding", "embedding BiLSTM", ("model.encoding=embedding", ALONE)),
        Model("one-hot", "one-hot BiLSTM", ("model.encoding=one_hot", ALONE)),
        Model("transformer", "2-layer Transformer", ("model.architecture=transformer", "model.layers=2", ALONE)),
        Model("ngrams", "embedding BiLSTM with n-gram branch", ("model.encoding=embedding",)),
    )
}


def repository_of(model: Model, data: Path, work: Path) -> Path:
    """Return a repository that holds version 1 of the model, and train it where it is not there yet."""
    repository = work / "models" / model.name
    if not version_of(model, repository).is_dir():
        corpus = work / "corpus.jsonl"
        _write_corpus(corpus, data)
        command = [sys.executable, "-m", "training", "train", "--train", str(corpus), "--name", model.name]
        flags = [part for setting in (*SETTINGS, *model.settings) for part in ("--set", setting)]
        subprocess.run([*command, "--repository", str(repository), *flags], check=True)
    return repository


def version_of(model: Model, repository: Path) -> Path:
    """The directory of the exported version."""
    return repository / model.name / "1"


def _write_corpus(path: Path, data: Path) -> None:
    rows = [row for name, count in TRAIN_TEXTS.items() for row in labelled_texts(data, name, "train", count)]
    random.Random(0).shuffle(rows)
    lines = [json.dumps({"text": row.text, "label": row.label}, ensure_ascii=False) + "\n" for row in rows]
    path.write_text("".join(lines), encoding="utf-8")
