"""The fastText baseline: what its library reads, and its answers as a matrix of scores."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.accuracy.fasttext_baseline import FastText, training_lines
from training.examples import Corpus, Example, Task


def corpus(*examples: tuple[str, tuple[str, ...]], task: Task = Task.MULTI_CLASS) -> Corpus:
    return Corpus(tuple(Example(text, labels, f"file:{line}") for line, (text, labels) in enumerate(examples)), task)


def test_a_line_is_the_numbers_of_the_labels_and_the_tokens() -> None:
    texts = corpus(("Hi!", ("say hello",)), ("a b", ("ask", "say hello")), ("", ("ask",)), task=Task.MULTI_LABEL)
    lines = list(training_lines(texts, [["hi", "!"], ["a", "b"], []], ["ask", "say hello"]))
    assert lines == ["__label__1 hi !\n", "__label__0 __label__1 a b\n", "__label__0\n"]


def test_a_text_without_labels_is_not_learned_from() -> None:
    assert list(training_lines(corpus(("a", ()), ("b", ("x",))), [["a"], ["b"]], ["x"])) == ["__label__0 b\n"]


def test_answers_that_come_best_first_go_to_the_columns_of_their_labels() -> None:
    class Answers:
        def predict(self, lines: list[str], k: int) -> Any:
            assert (lines, k) == (["a b", ""], -1)
            return [["__label__2", "__label__0"], ["__label__0", "__label__2"]], [[0.75, 0.25], [0.5, 0.5]]

    scores = FastText(("x", "never seen", "z"), Answers()).scores([["a", "b"], []])
    assert scores.dtype == np.float32
    np.testing.assert_array_equal(scores, [[0.25, 0, 0.75], [0.5, 0, 0.5]])


@pytest.mark.parametrize("task", Task)
def test_the_library_learns_ten_texts_and_the_same_again_from_the_same_seed(task: Task) -> None:
    pytest.importorskip("fasttext")
    examples = [(f"good {word}", ("good one",)) for word in "abcde"] + [(f"bad {word}", ("bad",)) for word in "abcde"]
    texts = corpus(*examples, task=task)
    tokens = [text.split() for text in texts.texts]
    models = [FastText.fit(texts, tokens, seed=3, dim=8, lr=0.5, epoch=50, bucket=100, wordNgrams=2) for _ in range(2)]
    one, two = (model.scores(tokens) for model in models)
    np.testing.assert_array_equal(one, two)
    assert models[0].label_names == ("bad", "good one")
    assert one.argmax(axis=1).tolist() == [1] * 5 + [0] * 5
    words = 2 + 5 + 1  # with the end of a line
    assert models[0].parameter_count == (words + 100 + 2) * 8


def test_texts_that_stand_by_label_are_learned_in_another_order(monkeypatch: pytest.MonkeyPatch) -> None:
    files: list[list[str]] = []

    def train_supervised(input: str, **arguments: Any) -> None:
        files.append(Path(input).read_text(encoding="utf-8").splitlines())

    monkeypatch.setitem(sys.modules, "fasttext", SimpleNamespace(train_supervised=train_supervised))
    texts = corpus(*((f"text {number}", ("ab"[number // 50],)) for number in range(100)))
    for seed in (0, 0, 1):
        FastText.fit(texts, [text.split() for text in texts.texts], seed)
    one, again, other = files
    assert sorted(one) == sorted(f"__label__{number // 50} text {number}" for number in range(100))
    assert 10 < sum(line.startswith("__label__0") for line in one[:50]) < 40
    assert one == again != other
