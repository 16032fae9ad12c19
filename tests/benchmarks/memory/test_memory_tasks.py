"""The made-up tasks: answers hold against another way to read the texts, and none is given away."""

import numpy as np
import pytest

from benchmarks.memory.tasks import Int32Array, MemoryTask, marked, order, recall

TASKS = [recall(10), recall(10, in_the_middle=True), marked(4), marked(4, mark_to_the_right=False), order(10)]


def draw(task: MemoryTask, texts: int = 800, seed: int = 0) -> tuple[Int32Array, Int32Array]:
    return task.draw(np.random.default_rng(seed), texts)


@pytest.mark.parametrize("task", TASKS)
def test_answers_are_as_frequent_as_chance_says(task: MemoryTask) -> None:
    _, answers = draw(task)
    shares = np.bincount(answers, minlength=task.label_count) / len(answers)
    assert len(shares) == task.label_count == round(1 / task.chance)
    np.testing.assert_allclose(shares, task.chance, atol=0.06)


@pytest.mark.parametrize("task", TASKS)
def test_texts_are_as_long_as_said_without_padding_and_in_the_vocabulary(task: MemoryTask) -> None:
    token_ids, answers = draw(task)
    assert (token_ids.shape, answers.shape) == ((800, task.tokens), (800,))
    assert (token_ids.dtype, answers.dtype) == (np.int32, np.int32)
    assert token_ids.min() >= 2
    assert token_ids.max() < task.vocabulary_size


@pytest.mark.parametrize("task", TASKS)
def test_a_seed_gives_the_same_texts_again_and_another_one_others(task: MemoryTask) -> None:
    np.testing.assert_array_equal(draw(task)[0], draw(task)[0])
    assert (draw(task)[0] != draw(task, seed=1)[0]).any()


def test_the_first_token_is_the_answer_and_looks_like_all_others() -> None:
    token_ids, answers = draw(recall(30))
    assert [text[0] - 2 for text in token_ids.tolist()] == answers.tolist()
    assert set(np.unique(token_ids[:, 1:])) == set(np.unique(token_ids[:, 0]))


def test_the_symbol_in_the_middle_stands_between_the_only_two_marks_as_far_from_either_end() -> None:
    task = recall(5, in_the_middle=True)
    mark = task.vocabulary_size - 1
    for text, answer in zip(*draw(task), strict=True):
        before, after = (place for place, token in enumerate(text) if token == mark)
        assert after - before == 2
        assert text[before + 1] - 2 == answer
        assert before + 1 == len(text) - 1 - (before + 1) == 5


@pytest.mark.parametrize(("to_the_right", "step"), [(True, -3), (False, 3)])
def test_the_answer_stands_at_a_fixed_distance_from_the_only_mark(to_the_right: bool, step: int) -> None:
    task = marked(3, to_the_right)
    for text, answer in zip(*draw(task), strict=True):
        (mark,) = (place for place, token in enumerate(text) if token == task.vocabulary_size - 1)
        assert 0 <= mark + step < len(text)
        assert text[mark + step] - 2 == answer


def test_a_and_b_stand_once_each_and_the_answer_says_which_is_first() -> None:
    for text, answer in zip(*draw(order(6)), strict=True):
        found = [token for token in text.tolist() if token in (2, 3)]
        assert found == ([2, 3] if answer else [3, 2])
