"""The weight of the branch: what a grid finds, none for a branch that knows nothing, and caution with few texts."""

import numpy as np
import pytest

from training.calibration import negative_log_likelihood
from training.examples import Task
from training.ngrams import choose_branch_weight

GENERATOR = np.random.default_rng(3)
TRUTH = GENERATOR.normal(size=(400, 3)) * 2
TARGETS = {
    Task.MULTI_CLASS: np.eye(3)[TRUTH.argmax(axis=1)],
    Task.MULTI_LABEL: (TRUTH > 0).astype(float),
}
NOISY = [TRUTH + GENERATOR.normal(size=TRUTH.shape) * 2 for _ in range(2)]


@pytest.mark.parametrize("task", Task)
def test_no_other_weight_makes_dev_more_likely(task: Task) -> None:
    weight = choose_branch_weight(*NOISY, TARGETS[task], task)
    found = best_loss(weight, task)
    others = [best_loss(other, task) for other in np.linspace(0, 4, 17)]
    assert found <= min(others) + 1e-4
    assert 0.5 < weight < 2  # both parts are as good as each other


def best_loss(weight: float, task: Task) -> float:
    """Loss of a weight at the best of many temperatures."""
    pooled = NOISY[0] + weight * NOISY[1]
    return min(negative_log_likelihood(pooled * scale, TARGETS[task], task) for scale in np.geomspace(0.05, 20, 200))


@pytest.mark.parametrize("task", Task)
def test_a_branch_of_noise_counts_for_next_to_nothing(task: Task) -> None:
    noise = np.random.default_rng(5).normal(size=TRUTH.shape)
    assert choose_branch_weight(TRUTH, noise, TARGETS[task], task) < 0.2


def test_a_network_of_noise_leaves_the_word_to_the_branch() -> None:
    noise = np.random.default_rng(5).normal(size=TRUTH.shape)
    assert choose_branch_weight(noise, TRUTH, TARGETS[Task.MULTI_CLASS], Task.MULTI_CLASS) > 5


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("factor", [0.25, 1.0, 4.0])
def test_logits_that_say_the_same_on_another_scale_have_an_equal_say(task: Task, factor: float) -> None:
    weight = choose_branch_weight(NOISY[0], NOISY[0] / factor, TARGETS[task], task)
    assert weight == pytest.approx(factor, rel=0.02)


def test_few_texts_leave_out_neither_of_two_that_are_nearly_always_right() -> None:
    """Without a prior one of the two would have next to nothing to say in a quarter of these trials."""
    targets, generator = TARGETS[Task.MULTI_CLASS], np.random.default_rng(7)
    good = [TRUTH + generator.normal(size=TRUTH.shape) / 2 for _ in range(2)]
    of_few = [np.s_[start : start + 20] for start in range(0, 400, 20)]
    weights = [choose_branch_weight(good[0][few], good[1][few], targets[few], Task.MULTI_CLASS) for few in of_few]
    assert all(0.05 < weight < 20 for weight in weights)
