"""Real exported versions, as small as can be, made through the command line like those of any user."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAX_TOKENS = 24
WORDS = {
    "sport": ["match", "goal", "team", "coach", "season", "比赛", "进球"],
    "business": ["market", "shares", "profit", "bank", "trade", "市场", "银行"],
    "科技": ["software", "chip", "network", "robot", "code", "芯片", "软件"],
}
COMMON = ["the", "of", "and", "a", "new", "said", ",", ".", "今天", "的"]


@dataclass(frozen=True)
class Export:
    """An exported version and the texts it was made from."""

    directory: Path
    name: str
    architecture: str
    encoding: str
    task: str
    train: Path
    test: Path


def make_exports(folder: Path) -> list[Export]:
    """The default network for each pairing of input encoding and task, and a Transformer; two are made at a time."""
    encodings, tasks = ("embedding", "one_hot"), ("multi_class", "multi_label")
    wanted = [("bidirectional_lstm", encoding, task) for encoding in encodings for task in tasks]
    wanted.append(("transformer", "embedding", "multi_class"))
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda kind: make_export(folder, *kind), wanted))


def has_ngrams(architecture: str, encoding: str, task: str) -> bool:
    """Whether an export of that kind has an n-gram branch: one of each task has."""
    return architecture != "transformer" and (encoding == "one_hot") == (task == "multi_label")


def make_export(folder: Path, architecture: str, encoding: str, task: str, extra: Sequence[str] = ()) -> Export:
    """Write texts, train on them in a process of its own, and return the version."""
    name = f"{task}-{encoding}-{architecture}"
    train, test = (write_corpus(folder / f"{name}-{part}.jsonl", task, part) for part in ("train", "test"))
    repository = folder / "models"
    flags = ["--train", train, "--test", test, "--name", name, "--repository", repository, "--json"]
    ngrams = ("--set", f"ngrams.enabled={'yes' if has_ngrams(architecture, encoding, task) else 'no'}")
    done = training("train", *map(str, flags), *tiny(architecture, encoding), *ngrams, *extra)
    assert done.returncode == 0, done.stderr
    return Export(Path(json.loads(done.stdout)["directory"]), name, architecture, encoding, task, train, test)


def tiny(architecture: str, encoding: str) -> list[str]:
    """Flags for a network that trains in seconds."""
    settings = {
        "model.architecture": architecture,
        "model.encoding": encoding,
        "model.embedding_dim": 8,
        "model.units": 6,
        "model.heads": 2,
        "fit.epochs": 2,
        "fit.batch_size": 16,
        "fit.jit_compile": "no",
        "fit.learning_rate": 0.02,
        "tokenizer.max_tokens": MAX_TOKENS,
        "vocabulary.min_count": 1,
    }
    return [part for path, value in settings.items() for part in ("--set", f"{path}={value}")]


def training(*arguments: str, stdin: str | None = None) -> "subprocess.CompletedProcess[str]":
    """Run `python -m training` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "training", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env=fresh_environment(),
        check=False,
    )


def fresh_environment() -> dict[str, str]:
    """The environment of a process that imports our packages from the source tree."""
    paths = [str(ROOT), str(ROOT / "client"), os.environ.get("PYTHONPATH", "")]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "PYTHONIOENCODING": "utf-8",
        "OMP_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }


def write_corpus(path: Path, task: str, part: str) -> Path:
    """Texts whose words give their labels away, as JSON Lines; some multi-label rows have no label."""
    generator = random.Random(f"{task} {part}")
    rows = []
    for number in range(96 if part == "train" else 30):
        count = 1 if task == "multi_class" else number % 3
        labels = generator.sample(sorted(WORDS), count)
        words = [word for label in labels for word in generator.choices(WORDS[label], k=3)]
        words += [*generator.choices(COMMON, k=5), str(number)]
        generator.shuffle(words)
        answer = {"label": labels[0]} if task == "multi_class" else {"labels": labels}
        rows.append({"text": " ".join(words)} | answer)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path
