"""How networks are taught: when a lesson ends, what goes on from task to task, and when it is over."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.memory import runs, timing
from benchmarks.memory.experiments import Course, Lesson, courses
from benchmarks.memory.runs import Outcome, learn, teach
from benchmarks.memory.tasks import MemoryTask, recall
from training.input_pipeline import EncodedTexts

LESSON, NEXT = Lesson(50, 4, 0.01), Lesson(7, 4, 0.001)
TASK = recall(2)


@pytest.fixture
def losses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Losses of the steps of training, the last of which comes again and again; the network knows every answer."""
    found: list[float] = []

    class Step:
        def __init__(self, *arguments: object) -> None:
            self.steps = 0

        def __call__(self, token_ids: Any, targets: Any, weights: Any) -> float:
            self.steps += 1
            assert token_ids.shape == (4, TASK.tokens)
            return found[min(self.steps, len(found)) - 1]

    def predict(model: object, texts: EncodedTexts) -> Any:
        first = texts.token_ids[texts.row_splits[:-1]]
        return np.eye(TASK.label_count)[first - 2]

    monkeypatch.setattr(runs, "TrainingStep", Step)
    monkeypatch.setattr(runs, "predict_logits", predict)
    return found


@pytest.mark.parametrize(
    ("given", "steps"), [([2.0], 50), ([0.01], 20), ([2.0] * 9 + [0.01], 29), ([2.0] * 40 + [0.01], 50)]
)
def test_a_lesson_ends_when_the_task_is_solved_or_the_steps_are_used_up(
    losses: list[float], given: list[float], steps: int
) -> None:
    losses += given
    assert learn(None, TASK, LESSON, seed=0).steps == steps  # type: ignore[arg-type]


def test_accuracy_is_that_of_texts_of_another_stream(losses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    losses.append(2.0)
    drawn: list[list[list[int]]] = []

    def draw(generator: np.random.Generator, texts: int) -> Any:
        token_ids, answers = TASK.draw(generator, texts)
        drawn.append(token_ids.tolist())
        return token_ids, answers

    assert learn(None, replace(TASK, draw=draw), replace(LESSON, steps=2), seed=0).accuracy == 1.0  # type: ignore[arg-type]
    *lessons, test = drawn
    assert [len(texts) for texts in drawn] == [4, 4, 1000]
    assert lessons[0] != lessons[1]
    assert test[:4] != lessons[0]


@pytest.fixture
def taught(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[int, int, float]]]:
    """Teach a course whose tasks end with these accuracies; gives number of the network, steps and rate of each."""

    def teach_so(accuracies: Sequence[float], next_lesson: Lesson | None) -> list[tuple[int, int, float]]:
        built: list[int] = []
        found: list[tuple[int, int, float]] = []

        def build(*arguments: object) -> int:
            built.append(len(built))
            return built[-1]

        def learn(model: int, task: MemoryTask, lesson: Lesson, seed: int) -> Outcome:
            found.append((model, lesson.steps, lesson.learning_rate))
            return Outcome(accuracies[len(found) - 1], lesson.steps, 0.0)

        monkeypatch.setattr(runs, "build_model", build)
        monkeypatch.setattr(runs, "learn", learn)
        tasks = {distance: recall(distance) for distance in range(2, 2 + len(accuracies))}
        course = Course("recall", "Elman", tasks, LESSON, {"architecture": "elman"}, next_lesson)
        rows = list(teach(course, seed=3))
        assert [(row["at"], row["accuracy"]) for row in rows] == list(zip(tasks, accuracies, strict=True))
        assert {(row["experiment"], row["name"], row["seed"], row["chance"]) for row in rows} == {
            ("recall", "Elman", 3, 0.125)
        }
        return found

    return teach_so


def test_one_network_goes_on_from_task_to_task(taught: Callable[..., Any]) -> None:
    assert taught([1.0, 0.9, 0.8], NEXT) == [(0, 50, 0.01), (0, 7, 0.001), (0, 7, 0.001)]


def test_who_is_lost_is_tested_and_taught_no_more(taught: Callable[..., Any]) -> None:
    assert [steps for _, steps, _ in taught([1.0, 0.4, 0.2, 0.1], NEXT)] == [50, 7, 0, 0]


def test_without_a_next_lesson_each_task_has_a_network_of_its_own(taught: Callable[..., Any]) -> None:
    assert taught([0.1, 0.1], None) == [(0, 50, 0.01), (1, 50, 0.01)]


def test_every_course_has_a_network_that_can_be_built() -> None:
    for course in courses():
        config = runs.network_config(course.settings)
        assert config.architecture == course.settings["architecture"]
        assert config.drop_mult == 0


def test_times_are_taken_by_turns_after_a_first_one(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def actions(architecture: str, tokens: int) -> dict[str, Callable[[], Any]]:
        return {"train": lambda: calls.append(architecture)}

    monkeypatch.setattr(timing, "_actions", actions)
    found = timing.time_networks(["elman", "gru"], tokens=4, rounds=2)
    assert calls == ["elman", "gru"] * 3
    assert found.keys() == {"elman", "gru"}
    assert found["gru"]["train"] >= 0
