"""Labelling a stream: in order, a chunk at a time, by thresholds where the task has them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pytest

from training.corpus import UnlabelledText
from training.examples import Task
from training.prediction import Prediction, label_texts
from training.progress import SilentProgress

CHUNK = 2048


@dataclass
class ScriptedModel:
    """Scores that are written in the text itself, such as "0.5 0.25 0.25"."""

    task: Task = Task.MULTI_CLASS
    label_names: tuple[str, ...] = ("a", "b", "c")
    thresholds: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros(3, np.float32))
    calls: list[int] = field(default_factory=list)

    def scores(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.calls.append(len(texts))
        return np.array([text.split() for text in texts], np.float32)


class Messages(SilentProgress):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def message(self, text: str) -> None:
        self.lines.append(text)


def texts(*contents: str) -> list[UnlabelledText]:
    return [UnlabelledText(content, f"f:{number}") for number, content in enumerate(contents, start=1)]


def label(model: ScriptedModel, *contents: str, top_k: int = 0) -> list[Prediction]:
    return list(label_texts(model, texts(*contents), top_k, SilentProgress()))


def test_a_multi_class_text_gets_its_best_label_and_all_scores_best_first() -> None:
    (prediction,) = label(ScriptedModel(), "0.25 0.5 0.125")
    assert prediction.text == UnlabelledText("0.25 0.5 0.125", "f:1")
    assert prediction.labels == ("b",)
    assert prediction.scores == (("b", 0.5), ("a", 0.25), ("c", 0.125))


def test_a_multi_label_text_gets_what_reaches_its_threshold_in_the_order_of_the_labels() -> None:
    model = ScriptedModel(Task.MULTI_LABEL, thresholds=np.array([0.25, 0.75, 0.5], np.float32))
    some, none = label(model, "0.25 0.5 0.875", "0 0.7 0.4")
    assert some.labels == ("a", "c")
    assert none.labels == ()
    assert none.scores[0][0] == "b"


@pytest.mark.parametrize(("top_k", "count"), [(1, 1), (2, 2), (3, 3), (9, 3), (0, 3)])
def test_top_k_bounds_the_scores(top_k: int, count: int) -> None:
    (prediction,) = label(ScriptedModel(), "0.25 0.5 0.125", top_k=top_k)
    assert [name for name, _ in prediction.scores] == ["b", "a", "c"][:count]


def test_equal_scores_stand_in_the_order_of_the_labels() -> None:
    (prediction,) = label(ScriptedModel(), "0.25 0.5 0.5", top_k=2)
    assert (prediction.labels, [name for name, _ in prediction.scores]) == (("b",), ["b", "c"])


def test_no_texts_give_no_answers() -> None:
    model = ScriptedModel()
    assert label(model) == []
    assert model.calls == []


def test_texts_are_taken_a_chunk_at_a_time_and_answered_in_order() -> None:
    taken = 0

    def stream() -> Iterator[UnlabelledText]:
        nonlocal taken
        for number in range(2 * CHUNK + 1):
            taken += 1
            yield UnlabelledText("1 0 0", f"f:{number}")

    model, progress = ScriptedModel(), Messages()
    answers = label_texts(model, stream(), 1, progress)
    assert next(answers).text.source == "f:0"
    assert taken == CHUNK
    assert [answer.text.source for answer in answers] == [f"f:{number}" for number in range(1, 2 * CHUNK + 1)]
    assert model.calls == [CHUNK, CHUNK, 1]
    assert progress.lines == ["2,048 texts labelled", "4,096 texts labelled", "4,097 texts labelled"]
