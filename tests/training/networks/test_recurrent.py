"""The recurrent layer with every cell: against NumPy in double precision, and against Keras' own layers."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from cell_kinds import KINDS, UNITS, Kind, random, randomize
from numpy_networks import Array, central_differences

from training.networks.elman import ElmanCell
from training.networks.lstm import LSTMCell
from training.networks.recurrence import compiled_recurrences
from training.networks.recurrent import RecurrentLayer

TOKENS = 4
LENGTH = np.array([4, 1, 0, 3])
MASK = np.arange(TOKENS) < LENGTH[:, np.newaxis]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


def make_layer(kind: Kind, directions: int, input_width: int | None = None) -> RecurrentLayer:
    layer = RecurrentLayer([kind.make_cell() for _ in range(directions)], input_width)
    randomize(layer)
    return layer


def random_inputs(layer: RecurrentLayer) -> tf.Tensor:
    return tf.constant(random(len(LENGTH), TOKENS, layer.input_width or layer.projected_width))


def numpy_states(kind: Kind, inputs: Array, bias: Array, weights: list[list[Array]]) -> Array:
    """States [batch, tokens, directions * units], zero at padding; `weights` by direction."""
    directions = len(weights)
    states = np.zeros((len(LENGTH), TOKENS, directions * UNITS))
    for text, length, result in zip(inputs + bias, LENGTH, states, strict=True):
        for direction, part in enumerate(np.split(text[:length], directions, axis=1)):
            turn = slice(None, None, -1) if direction else slice(None)
            columns = slice(direction * UNITS, (direction + 1) * UNITS)
            result[:length, columns] = kind.states(part[turn], *weights[direction])[turn]
    return states


@pytest.mark.parametrize(
    ("directions", "input_width", "compiled"), [(1, None, False), (2, 3, False), (1, None, True), (2, 3, True)]
)
def test_states_and_gradients_are_those_of_numpy_in_double_precision(
    kind: Kind, directions: int, input_width: int | None, compiled: bool
) -> None:
    layer = make_layer(kind, directions, input_width)
    inputs, looked_at = random_inputs(layer), random(len(LENGTH), TOKENS, directions * UNITS) * MASK[..., np.newaxis]
    own = [layer.bias] if input_width is None else [layer.bias, layer.input_kernel]
    values = [
        inputs,
        *(weight.value for weight in (*own, *(weight for cell in layer.cells for weight in cell.weights))),
    ]

    @tf.function(autograph=False)
    def states_and_gradients() -> tuple[tf.Tensor, list[tf.Tensor]]:
        with compiled_recurrences(compiled), tf.GradientTape() as tape:
            tape.watch(inputs)
            states = layer(inputs, tf.constant(MASK))
            loss = tf.reduce_sum(states * looked_at)
        return states, tape.gradient(loss, values)

    def reference(arguments: list[Array]) -> Array:
        inputs, bias, *weights = arguments
        if input_width is not None:
            inputs = inputs @ weights.pop(0)
        count = len(weights) // directions
        return numpy_states(kind, inputs, bias, [weights[:count], weights[count:]][:directions])

    states, gradients = states_and_gradients()
    doubles = [value.numpy().astype(np.float64) for value in values]
    np.testing.assert_allclose(states.numpy()[MASK], reference(doubles)[MASK], atol=1e-6)
    assert not compiled or np.all(states.numpy()[~MASK] == 0), "a compiled recurrence gives zeros at padding"
    wanted = central_differences(lambda arguments: float((reference(arguments) * looked_at).sum()), doubles)
    for gradient, expected in zip(gradients, wanted, strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.keras_layer])
def test_states_and_gradients_are_those_of_the_keras_layer(name: str, directions: int) -> None:
    layer = make_layer(KINDS[name], directions, input_width=3)
    reference = KINDS[name].keras_layer()
    if directions == 2:
        reference = keras.layers.Bidirectional(reference)
    inputs, mask = random_inputs(layer), tf.constant(MASK)
    looked_at = random(len(LENGTH), TOKENS, directions * UNITS) * MASK[..., np.newaxis]
    reference(inputs, mask=mask)
    reference.set_weights(keras_weights(layer))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        ours = tf.reduce_sum(looked_at * layer(inputs, mask))
    gradients = tape.gradient(ours, [inputs, *(cell.recurrent_kernel.value for cell in layer.cells)])
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        theirs = tf.reduce_sum(looked_at * reference(inputs, mask=mask))
    recurrent = [weight.value for weight in reference.weights if "recurrent_kernel" in weight.path]
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)
    for one, other in zip(gradients, tape.gradient(theirs, [inputs, *recurrent]), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def keras_weights(layer: RecurrentLayer) -> list[Array]:
    """Kernel, recurrent kernel and bias of each direction; the bias of a GRU has two rows, input and recurrent."""
    kernels, biases = (np.split(weight.numpy(), len(layer.cells), -1) for weight in (layer.input_kernel, layer.bias))
    weights = []
    for cell, kernel, bias in zip(layer.cells, kernels, biases, strict=True):
        recurrent_kernel, *candidate_bias = cell.get_weights()
        if candidate_bias:
            of_gates = random(2 * UNITS)
            bias = np.stack([bias - np.pad(of_gates, (0, UNITS)), np.concatenate([of_gates, *candidate_bias])])
        weights += [kernel, recurrent_kernel, bias]
    return weights


@pytest.mark.parametrize("directions", [1, 2])
def test_nothing_at_padding_reaches_a_token(kind: Kind, directions: int) -> None:
    layer = make_layer(kind, directions)
    inputs = random_inputs(layer)
    spoilt = tf.where(MASK[..., np.newaxis], inputs, np.nan)
    states, undisturbed = (layer(values, tf.constant(MASK)).numpy()[MASK] for values in (spoilt, inputs))
    np.testing.assert_array_equal(states, undisturbed)


def test_the_reversed_text_with_swapped_directions_has_the_same_states(kind: Kind) -> None:
    layer, swapped = make_layer(kind, 2), make_layer(kind, 2)
    swapped.bias.assign(swap(layer.bias))
    for cell, other in zip(swapped.cells, layer.cells[::-1], strict=True):
        cell.set_weights(other.get_weights())
    inputs, mask = random_inputs(layer), tf.ones((len(LENGTH), TOKENS), tf.bool)
    states = layer(inputs, mask)
    reversed_states = swapped(swap(inputs)[:, ::-1], mask)
    np.testing.assert_allclose(swap(reversed_states)[:, ::-1], states, atol=1e-6)


def swap(values: tf.Tensor) -> tf.Tensor:
    first, second = tf.split(values, 2, axis=-1)
    return tf.concat([second, first], axis=-1)


def test_forget_gates_start_with_bias_one_and_all_else_with_zero() -> None:
    np.testing.assert_array_equal(RecurrentLayer([LSTMCell(2), LSTMCell(2)]).bias, [0, 0, 1, 1, 0, 0, 0, 0] * 2)
    np.testing.assert_array_equal(RecurrentLayer([ElmanCell(2), ElmanCell(2)]).bias, [0] * 4)


def test_a_layer_says_how_to_make_it_again(kind: Kind) -> None:
    layer = RecurrentLayer([kind.make_cell(), kind.make_cell()], input_width=3, recurrent_dropout=0.25)
    again = RecurrentLayer.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert [type(cell) for cell in again.cells] == [type(cell) for cell in layer.cells]


def impulses(units: int, tokens: int) -> tf.Tensor:
    """A text for each unit: a small push to it at the first token, so small that tanh passes it on as it is."""
    return tf.constant(np.eye(units)[:, np.newaxis] * np.eye(tokens)[:1, :, np.newaxis] * 1e-3, tf.float32)


@pytest.mark.parametrize("compiled", [False, True])
def test_dropped_connections_are_the_same_for_all_texts_and_tokens_of_a_step(compiled: bool) -> None:
    units, rate = 12, 0.25
    layer = RecurrentLayer([ElmanCell(units)], recurrent_dropout=rate)
    mask = tf.ones((units, 3), tf.bool)
    kernel = layer.cells[0].recurrent_kernel.numpy()
    with compiled_recurrences(compiled):
        states = layer(impulses(units, 3), mask, training=True).numpy()
    _, second, third = np.moveaxis(states / 1e-3, 1, 0)
    dropped = np.abs(second) < 1e-7
    assert 0.1 < dropped.mean() < 0.4
    np.testing.assert_allclose(second, np.where(dropped, 0, kernel / (1 - rate)), atol=1e-5)
    np.testing.assert_allclose(third, second @ second, atol=1e-5)


def test_other_steps_drop_other_connections_and_scoring_drops_none() -> None:
    layer, whole = RecurrentLayer([LSTMCell(4)], recurrent_dropout=0.5), RecurrentLayer([LSTMCell(4)])
    whole.cells[0].set_weights(layer.cells[0].get_weights())
    inputs, mask = tf.constant(random(2, 4, 16)), tf.ones((2, 4), tf.bool)
    assert np.any(layer(inputs, mask, training=True) != layer(inputs, mask, training=True))
    np.testing.assert_array_equal(layer(inputs, mask), whole(inputs, mask, training=True))


@pytest.mark.parametrize("compiled", [False, True])
def test_a_dropped_connection_gets_no_gradient(compiled: bool) -> None:
    layer = RecurrentLayer([ElmanCell(12)], recurrent_dropout=0.5)
    kernel = layer.cells[0].recurrent_kernel.value

    @tf.function(autograph=False)
    def states_and_gradient() -> tuple[tf.Tensor, tf.Tensor]:
        with compiled_recurrences(compiled), tf.GradientTape() as tape:
            states = layer(impulses(12, 2), tf.ones((12, 2), tf.bool), training=True)
        return states, tape.gradient(states, kernel)

    states, gradient = (value.numpy() for value in states_and_gradient())
    assert 0.3 < (gradient == 0).mean() < 0.7
    np.testing.assert_array_equal(gradient == 0, states[:, 1] == 0)
