"""The largest difference between the scores of a text by every path that a text can take.

Trains a network with embedding and one with one-hot input on Chinese headlines and English reviews mixed, then scores
1,000 test texts of both, short and long, through Keras, the SavedModel (alone, in batches, padded) and the service
(alone, in calls of many texts, from many callers at once). Training is kept under build/agreement and not repeated.

Usage: python -m benchmarks.score_agreement --data DIR [--texts 1000]
"""

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.record import record
from benchmarks.server_process import ServerProcess
from textgate import Client

WORK = Path("build/agreement")
REPOSITORY = WORK / "models"
FILES = {"thucnews": "{part}.tsv", "imdb": "{part}.jsonl.gz"}
TRAIN_TEXTS = 3000
BATCH = 64
EXTRA_PADDING = 100
CALLERS = 16
ENCODINGS = ("embedding", "one_hot")

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True)
class OpenVersion:
    """A version, opened twice: as SavedModel, and as Keras model with the same weights."""

    name: str
    labels: list[str]
    saved: Any
    keras: Any
    temperature: float


def main() -> int:
    """Train what is missing, compare, record; return 1 when a difference is larger than 1e-5."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the folders thucnews and imdb")
    parser.add_argument("--texts", type=int, default=1000)
    arguments = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    texts = [row["text"] for row in mixed_rows(arguments.data, "test", arguments.texts)]
    rows: list[dict[str, Any]] = []
    for encoding in ENCODINGS:
        train(arguments.data, encoding)
    with ServerProcess("--repository", str(REPOSITORY)) as server:
        server.wait_until_serving()
        for encoding in ENCODINGS:
            rows += differences(open_version(encoding), server.target, texts)
    record("score_agreement", rows)
    return 0 if max(row["largest_difference"] for row in rows) <= 1e-5 else 1


def mixed_rows(data: Path, part: str, count: int) -> list[dict[str, str]]:
    """Draw texts with labels such as "imdb pos", as many of each set, in random order."""
    from training.config import DataConfig
    from training.corpus import read_corpus

    generator = random.Random(part)
    rows = []
    for name, pattern in FILES.items():
        examples = read_corpus(data / name / pattern.format(part=part), DataConfig()).corpus.examples
        chosen = generator.sample(examples, count // len(FILES))
        rows += [{"text": example.text, "label": f"{name} {example.labels[0]}"} for example in chosen]
    generator.shuffle(rows)
    return rows


def train(data: Path, encoding: str) -> None:
    """Train a version, unless there is one."""
    if (REPOSITORY / encoding).exists():
        return
    path = WORK / "mixed.jsonl"
    rows = mixed_rows(data, "train", 2 * TRAIN_TEXTS)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    command = [sys.executable, "-m", "training", "train", "--train", str(path), "--name", encoding]
    settings = [f"model.encoding={encoding}", "fit.epochs=3", "baseline.enabled=no"]
    flags = [part for setting in settings for part in ("--set", setting)]
    subprocess.run([*command, "--repository", str(REPOSITORY), *flags], check=True)


def open_version(name: str) -> OpenVersion:
    """Open the newest version of a model."""
    import tensorflow as tf

    from training.config import config_from_dict
    from training.export.exported_model import ExportedModel
    from training.networks import build_model

    exported = ExportedModel.open(REPOSITORY / name)
    config = config_from_dict(json.loads((exported.directory / "assets.extra/config.json").read_text(encoding="utf-8")))
    saved = tf.saved_model.load(str(exported.directory))
    model = build_model(config.model, exported.info.vocabulary_size, len(exported.label_names))
    for variable, value in zip(model.variables, saved.model_variables, strict=True):
        variable.assign(value)
    return OpenVersion(name, exported.label_names, saved, model, exported.info.temperature)


def differences(version: OpenVersion, target: str, texts: list[str]) -> list[dict[str, Any]]:
    """Score the texts by every path, and compare with the first one."""
    with Client(target) as client:
        paths: dict[str, Callable[[], Scores]] = {
            "SavedModel, alone": lambda: saved_scores(version, texts, 1),
            "SavedModel, batches of 64": lambda: saved_scores(version, texts, BATCH),
            "SavedModel, padded by 100 more": lambda: padded_scores(version, texts),
            "Keras, batches of 64": lambda: keras_scores(version, texts),
            "service, alone": lambda: service_scores(client, version, texts, 1, callers=1),
            "service, 64 texts a call": lambda: service_scores(client, version, texts, BATCH, callers=1),
            "service, alone, 16 callers at once": lambda: service_scores(client, version, texts, 1, callers=CALLERS),
        }
        scores = {path: score() for path, score in paths.items()}
    reference = next(iter(scores.values()))
    return [
        {
            "encoding": version.name,
            "path": path,
            "texts": len(texts),
            "largest_difference": float(np.abs(values.astype(np.float64) - reference).max()),
        }
        for path, values in scores.items()
    ]


def saved_scores(version: OpenVersion, texts: list[str], size: int) -> Scores:
    """Through `serving_default`."""
    import tensorflow as tf

    signature = version.saved.signatures["serving_default"]
    return np.concatenate([signature(text=tf.constant(batch))["scores"].numpy() for batch in batches(texts, size)])


def padded_scores(version: OpenVersion, texts: list[str]) -> Scores:
    """Through `tokenize` and `score_tokens`, with more padding than a batch needs."""
    import tensorflow as tf

    signature = version.saved.signatures["score_tokens"]
    scores = []
    for batch in batches(texts, BATCH):
        tokens = version.saved.signatures["tokenize"](text=tf.constant(batch))
        token_ids = tf.pad(tokens["token_ids"], [[0, 0], [0, EXTRA_PADDING]])
        scores.append(signature(**tokens | {"token_ids": token_ids})["scores"].numpy())
    return np.concatenate(scores)


def keras_scores(version: OpenVersion, texts: list[str]) -> Scores:
    """Through the Keras model, built anew with the trained weights; the logits of n-grams come from the graph."""
    import tensorflow as tf

    scores = []
    for batch in batches(texts, BATCH):
        tokens = version.saved.signatures["tokenize"](text=tf.constant(batch))
        logits = version.keras(tokens["token_ids"]) + tokens.get("ngram_logits", 0.0)
        scores.append(tf.nn.softmax(logits / version.temperature).numpy())
    return np.concatenate(scores)


def service_scores(client: Client, version: OpenVersion, texts: list[str], size: int, callers: int) -> Scores:
    """Through the client and a server in a process of its own."""

    def ask(batch: list[str]) -> list[list[float]]:
        answer = client.classify(batch, model=version.name)
        by_label = [{label.label: label.score for label in result.labels} for result in answer.results]
        return [[scores[label] for label in version.labels] for scores in by_label]

    with ThreadPoolExecutor(callers) as pool:
        return np.array([row for rows in pool.map(ask, batches(texts, size)) for row in rows], np.float32)


def batches(texts: list[str], size: int) -> Iterator[list[str]]:
    """Cut into batches, in order."""
    return (texts[start : start + size] for start in range(0, len(texts), size))


if __name__ == "__main__":
    sys.exit(main())
