import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
from scipy.optimize import approx_fprime

from training.examples import Task
from training.fitting.losses import make_loss, weighted_mean

LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0], [-3.0, 4.0, 1.0]])
TARGETS = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
MANY_LABELS = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 1.0, 1.0]])
WEIGHTS = np.array([0.5, 1.0, 3.0])


def softmax_loss(
    logits: npt.NDArray[np.float64], smoothing: float, gamma: float, weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Written out, in double precision: of each text, one label after another."""
    losses = []
    for row, target in zip(logits, TARGETS, strict=True):
        chances = np.exp(row) / np.exp(row).sum()
        terms = [
            (wanted * (1 - smoothing) + smoothing / 3) * (1 - chance) ** gamma * -np.log(chance)
            for wanted, chance in zip(target, chances, strict=True)
        ]
        losses.append(weights[target.argmax()] * sum(terms))
    return np.array(losses)


def sigmoid_loss(
    logits: npt.NDArray[np.float64], smoothing: float, gamma: float, weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The same for texts with any number of labels."""
    losses = []
    for row, target in zip(logits, MANY_LABELS, strict=True):
        terms = []
        for label, (logit, wanted) in enumerate(zip(row, target, strict=True)):
            chance = 1 / (1 + np.exp(-logit))
            yes, no = (1 - chance) ** gamma * -np.log(chance), chance**gamma * -np.log(1 - chance)
            terms.append(weights[label] * yes if wanted else no)
        losses.append(sum(terms))
    return np.array(losses)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("task", list(Task))
def test_loss_and_gradient_are_those_of_numpy_in_double_precision(
    task: Task, weights: npt.NDArray[np.float64] | None, gamma: float
) -> None:
    reference, targets = (softmax_loss, TARGETS) if task is Task.MULTI_CLASS else (sigmoid_loss, MANY_LABELS)
    others = (0.3, gamma, np.ones(3) if weights is None else weights)
    logits = tf.constant(LOGITS, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        losses = make_loss(task, 0.3, gamma, weights)(tf.constant(targets, tf.float32), logits)
    np.testing.assert_allclose(losses, reference(LOGITS, *others), rtol=1e-5)
    slope = approx_fprime(LOGITS.ravel(), lambda flat: reference(flat.reshape(3, 3), *others).sum(), 1e-7)
    np.testing.assert_allclose(tape.gradient(losses, logits).numpy().ravel(), slope, rtol=1e-4, atol=1e-5)


def test_focal_loss_turns_from_what_is_known_well() -> None:
    plain, focal = (make_loss(Task.MULTI_CLASS, focal_gamma=gamma) for gamma in (0.0, 2.0))
    targets, logits = tf.eye(2), tf.constant([[5.0, 0.0], [5.0, 0.0]])
    known, unknown = (focal(targets, logits) / plain(targets, logits)).numpy()
    assert known < 1e-3
    assert unknown > 0.9


@pytest.mark.parametrize("task", list(Task))
def test_the_most_certain_logits_still_have_a_finite_gradient(task: Task) -> None:
    logits = tf.constant([[200.0, -200.0, 0.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = make_loss(task, focal_gamma=0.5)(tf.constant([[1.0, 0.0, 0.0]]), logits)
    assert np.isfinite(tape.gradient(loss, logits)).all()


def test_rows_of_weight_zero_do_not_count() -> None:
    assert float(weighted_mean(tf.constant([1.0, 2.0, 99.0]), tf.constant([1.0, 1.0, 0.0]))) == pytest.approx(1.5)
