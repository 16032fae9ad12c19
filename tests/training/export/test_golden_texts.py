"""Golden texts: of every awkward kind, with scores that come back exactly and are held to 1e-5."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from training.config import TokenizerConfig
from training.errors import ExportError
from training.export.golden import GoldenSet, check_golden, choose_golden_texts, read_golden, write_golden
from training.tokenizer import Tokenizer

AWKWARD_CORPORA = {
    "no text": [],
    "the same text": ["good"] * 50,
    "empty texts": ["", " ", "\n"],
    "invisible texts": ["\u200b\ufeff", "\u00ad"],
    "half surrogates": ["\ud800", "good \udc00"],
    "few texts": ["a good film", "一部好电影"],
    "many texts": [f"text {number}" for number in range(1000)],
}


@cache
def tokenizer(mode: str) -> Tokenizer:
    return Tokenizer(TokenizerConfig(mode=mode, fold_compatibility=False))  # quickly made


def golden(*scores: list[float], texts: tuple[str, ...] = ("one", "two")) -> GoldenSet:
    return GoldenSet(texts, np.array(scores, np.float32))


def write_lines(directory: Path, content: str) -> Path:
    (directory / "assets.extra").mkdir()
    (directory / "assets.extra/golden.jsonl").write_text(content, encoding="utf-8")
    return directory


@pytest.mark.parametrize("texts", AWKWARD_CORPORA.values(), ids=AWKWARD_CORPORA.keys())
@pytest.mark.parametrize("mode", ["unicode", "char", "whitespace"])
def test_every_corpus_and_tokenizer_give_golden_texts_of_every_kind(mode: str, texts: list[str]) -> None:
    chosen = choose_golden_texts(texts, max_tokens=64)  # more than any of the special texts has
    assert len(chosen) == len(set(chosen)) >= 16
    lengths = [len(tokens) for tokens in tokenizer(mode).tokenize_texts(list(chosen))]
    assert max(lengths) > 64
    assert lengths[chosen.index("")] == 0
    assert any(text and not text.strip() for text in chosen)
    assert all(text.encode() == text.encode("utf-8", "surrogatepass") for text in chosen)


def test_real_texts_come_from_all_over_the_corpus() -> None:
    texts = [f"text {number}" for number in range(160)]
    assert {f"text {number}" for number in range(0, 160, 10)} <= set(choose_golden_texts(texts, 5))


def test_a_float32_comes_back_exactly_and_every_text_stays_on_its_line(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    texts = ('"quoted" \\', "line\nbreaks\r\n\u2028\u2029\x85", "🙂 评论", "")
    scores = generator.random((4, 3)).astype(np.float32)
    scores[0] = [0, 1, np.nextafter(np.float32(0), np.float32(1))]
    write_golden(tmp_path, GoldenSet(texts, scores))
    content = (tmp_path / "assets.extra/golden.jsonl").read_bytes()
    assert content.isascii()
    assert len(content.decode().splitlines()) == 4
    back = read_golden(tmp_path)
    assert back.texts == texts
    np.testing.assert_array_equal(back.scores, scores)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]\n",
        '{"text": "a"}\n',
        '{"scores": [1]}\n',
        '{"text": "a", "scores": ["x"]}\n',
        '{"text": "a", "scores": [1]}\n{"text": "b", "scores": [1, 0]}\n',
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(ExportError, match=r"golden\.jsonl is damaged: .*; export the version again"):
        read_golden(write_lines(tmp_path, content))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"cannot read .*golden\.jsonl: No such file"):
        read_golden(tmp_path)


def test_scores_within_the_tolerance_pass() -> None:
    check_golden(golden([0.5, 0.5], [1, 0]), np.array([[0.500009, 0.499991], [1, 0]]), "alone")


@pytest.mark.parametrize("wrong", [0.500012, np.nan, 0.0])
def test_the_text_whose_score_differs_is_named(wrong: float) -> None:
    message = "1 of 2 golden texts scored alone differ from what is expected, such as 'two' by "
    with pytest.raises(ExportError, match=re.escape(message)):
        check_golden(golden([1, 0], [0.5, 0.5]), np.array([[1, 0], [0.5, wrong]]), "alone")


def test_scores_of_another_number_of_labels_are_refused() -> None:
    with pytest.raises(ExportError, match=re.escape("scored alone give shape (2, 3), not (2, 2)")):
        check_golden(golden([1, 0], [0, 1]), np.zeros((2, 3)), "alone")
