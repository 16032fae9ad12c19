"""The LSTM against Keras' own layer and against NumPy in double precision."""

import keras
import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf

from training.networks.lstm import LSTMCell
from training.networks.recurrence import compiled_recurrences
from training.networks.recurrent import RecurrentLayer

UNITS, WIDTH = 4, 3
GENERATOR = np.random.default_rng(0)
INPUTS = GENERATOR.normal(size=(5, 7, WIDTH)).astype(np.float32)
LENGTH = np.array([7, 3, 1, 0, 5])
MASK = np.arange(7) < LENGTH[:, np.newaxis]


def sigmoid(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return 1 / (1 + np.exp(-x))


def numpy_lstm(
    inputs: npt.NDArray[np.float64],
    kernel: npt.NDArray[np.float64],
    recurrent: npt.NDArray[np.float64],
    bias: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """States [tokens, units] of one text [tokens, width], gates in the order i, f, c, o."""
    hidden, memory, states = np.zeros(UNITS), np.zeros(UNITS), []
    for x in inputs:
        i, f, candidate, o = np.split(x @ kernel + hidden @ recurrent + bias, 4)
        memory = sigmoid(f) * memory + sigmoid(i) * np.tanh(candidate)
        hidden = sigmoid(o) * np.tanh(memory)
        states.append(hidden)
    return np.array(states).reshape(-1, UNITS)


def random_kernels(directions: int) -> list[tuple[npt.NDArray[np.float32], ...]]:
    shapes = ((WIDTH, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,))
    return [
        tuple(GENERATOR.normal(size=shape, scale=0.5).astype(np.float32) for shape in shapes) for _ in range(directions)
    ]


def make_layer(kernels: list[tuple[npt.NDArray[np.float32], ...]], input_width: int | None = None) -> RecurrentLayer:
    layer = RecurrentLayer(UNITS, len(kernels), input_width)
    if input_width is not None:
        layer.input_kernel.assign(np.concatenate([kernel for kernel, *_ in kernels], axis=1))
    layer.bias.assign(np.concatenate([bias for *_, bias in kernels]))
    for rnn, (_, recurrent, _) in zip(layer.rnns, kernels, strict=True):
        rnn.cell.recurrent_kernel.assign(recurrent)
    return layer


def run(layer: RecurrentLayer, kernels: list[tuple[npt.NDArray[np.float32], ...]]) -> npt.NDArray[np.float32]:
    projected = np.concatenate([INPUTS @ kernel for kernel, *_ in kernels], axis=2)
    states: npt.NDArray[np.float32] = layer(projected, MASK).numpy()
    return states


def test_forward_states_are_those_of_numpy_in_double_precision() -> None:
    kernels = random_kernels(1)
    states = run(make_layer(kernels), kernels)
    for text, length, computed in zip(INPUTS, LENGTH, states, strict=True):
        wanted = numpy_lstm(text[:length].astype(np.float64), *(value.astype(np.float64) for value in kernels[0]))
        np.testing.assert_allclose(computed[:length], wanted, atol=1e-6)


def test_backward_states_are_those_of_the_reversed_text() -> None:
    kernels = random_kernels(2)
    states = run(make_layer(kernels), kernels)
    for text, length, computed in zip(INPUTS, LENGTH, states, strict=True):
        reversed_text = text[:length][::-1].astype(np.float64)
        wanted = numpy_lstm(reversed_text, *(value.astype(np.float64) for value in kernels[1]))[::-1]
        np.testing.assert_allclose(computed[:length, UNITS:], wanted, atol=1e-6)


def test_backward_state_at_padding_is_exactly_zero() -> None:
    kernels = random_kernels(2)
    states = run(make_layer(kernels), kernels)
    assert np.all(states[~MASK][:, UNITS:] == 0)


@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("projected", [False, True])
@pytest.mark.parametrize("compiled", [False, True])
def test_states_and_gradients_are_those_of_the_keras_layer(directions: int, projected: bool, compiled: bool) -> None:
    kernels = random_kernels(directions)
    input_kernel = tf.Variable(np.concatenate([kernel for kernel, *_ in kernels], axis=1))
    layer = make_layer(kernels, None if projected else WIDTH)
    reference = keras.layers.LSTM(UNITS, return_sequences=True, use_cudnn=False)
    if directions == 2:
        reference = keras.layers.Bidirectional(reference)
    inputs, mask = tf.constant(INPUTS), tf.constant(MASK)
    reference(inputs, mask=mask)
    reference.set_weights([value for kernel in kernels for value in kernel])
    weights = GENERATOR.normal(size=(5, 7, directions * UNITS)).astype(np.float32) * MASK[:, :, np.newaxis]

    @tf.function
    def ours() -> tuple[tf.Tensor, list[tf.Tensor]]:
        with compiled_recurrences(compiled), tf.GradientTape() as tape:
            tape.watch(inputs)
            total = tf.reduce_sum(weights * layer(inputs @ input_kernel if projected else inputs, mask))
        own_kernel = input_kernel if projected else layer.input_kernel.value
        recurrent = [rnn.cell.recurrent_kernel.value for rnn in layer.rnns]
        return total, tape.gradient(total, [inputs, own_kernel, layer.bias.value, *recurrent])

    with tf.GradientTape() as tape:
        tape.watch(inputs)
        theirs = tf.reduce_sum(weights * reference(inputs, mask=mask))
    sources = [[weight.value for weight in reference.weights][part::3] for part in range(3)]
    of_inputs, of_kernels, of_recurrent, of_biases = tape.gradient(theirs, [inputs, *sources])
    wanted = [of_inputs, tf.concat(of_kernels, axis=1), tf.concat(of_biases, axis=0), *of_recurrent]
    total, gradients = ours()
    np.testing.assert_allclose(total, theirs, rtol=1e-5, atol=1e-5)
    for one, other in zip(gradients, wanted, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_compiled_recurrence_gives_zeros_at_padding() -> None:
    layer = make_layer(random_kernels(2), WIDTH)
    with compiled_recurrences(True):
        states = layer(INPUTS, MASK).numpy()
    assert np.all(states[~MASK] == 0)
    np.testing.assert_allclose(states[MASK], layer(INPUTS, MASK).numpy()[MASK], atol=1e-6)


def test_forget_gates_start_with_bias_one() -> None:
    bias = RecurrentLayer(2, directions=2).bias.numpy()
    np.testing.assert_array_equal(bias, [0, 0, 1, 1, 0, 0, 0, 0] * 2)


def test_cell_says_how_to_make_it_again() -> None:
    assert LSTMCell.from_config(LSTMCell(3).get_config()).units == 3
