"""The networks once more, text by text in NumPy and double precision, and gradients by central differences."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def softmax(x: Array) -> Array:
    exponentials = np.exp(x - x.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def elman(pre_activations: Array, recurrent_kernel: Array) -> Array:
    """States [tokens, units] of one text, as of all cells here."""
    hidden, states = np.zeros(len(recurrent_kernel)), []
    for x in pre_activations:
        hidden = np.tanh(x + hidden @ recurrent_kernel)
        states.append(hidden)
    return np.array(states).reshape(-1, len(hidden))


def jordan(
    pre_activations: Array,
    recurrent_kernel: Array,
    output_kernel: Array,
    output_bias: Array,
    squash: Callable[[Array], Array] = np.tanh,
    decay: float = 0.0,
) -> Array:
    outputs: list[Array] = []
    states = []
    for x in pre_activations:
        ages = range(len(outputs) - 1, -1, -1)
        context = sum(
            (decay**age * output for age, output in zip(ages, outputs, strict=True)), np.zeros_like(output_bias)
        )
        hidden = np.tanh(x + context @ recurrent_kernel)
        outputs.append(squash(hidden @ output_kernel + output_bias))
        states.append(hidden)
    return np.array(states).reshape(-1, recurrent_kernel.shape[1])


def lstm(pre_activations: Array, recurrent_kernel: Array) -> Array:
    units = len(recurrent_kernel)
    hidden, memory, states = np.zeros(units), np.zeros(units), []
    for x in pre_activations:
        i, f, candidate, o = np.split(x + hidden @ recurrent_kernel, 4)
        memory = sigmoid(f) * memory + sigmoid(i) * np.tanh(candidate)
        hidden = sigmoid(o) * np.tanh(memory)
        states.append(hidden)
    return np.array(states).reshape(-1, units)


def gru(pre_activations: Array, recurrent_kernel: Array, candidate_bias: Array) -> Array:
    units = len(recurrent_kernel)
    hidden, states = np.zeros(units), []
    for x in pre_activations:
        recurrent = hidden @ recurrent_kernel
        update = sigmoid(x[:units] + recurrent[:units])
        reset = sigmoid(x[units : 2 * units] + recurrent[units : 2 * units])
        candidate = np.tanh(x[2 * units :] + reset * (recurrent[2 * units :] + candidate_bias))
        hidden = update * hidden + (1 - update) * candidate
        states.append(hidden)
    return np.array(states).reshape(-1, units)


def layer_norm(x: Array, gamma: Array, beta: Array) -> Array:
    centred = x - x.mean(axis=-1, keepdims=True)
    return gamma * centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-6) + beta


def self_attention(x: Array, heads: int, kernel: Array, bias: Array, output_kernel: Array, output_bias: Array) -> Array:
    """Of one text [tokens, width], without padding, one head after the other."""
    query, key, value = np.split(x @ kernel + bias, 3, axis=-1)
    mixed = []
    for q, k, v in zip(*(np.split(part, heads, axis=-1) for part in (query, key, value)), strict=True):
        mixed.append(softmax(q @ k.T / np.sqrt(q.shape[-1])) @ v)
    return np.concatenate(mixed, axis=-1) @ output_kernel + output_bias


def transformer_block(x: Array, heads: int, weights: list[Array]) -> Array:
    """Weights: norm (gamma, beta), attention (4), norm (gamma, beta), inner and outer layer (kernel, bias)."""
    x = x + self_attention(layer_norm(x, *weights[:2]), heads, *weights[2:6])
    inner_kernel, inner_bias, outer_kernel, outer_bias = weights[8:]
    inner = np.maximum(layer_norm(x, *weights[6:8]) @ inner_kernel + inner_bias, 0)
    return x + inner @ outer_kernel + outer_bias


def sinusoids(tokens: int, width: int) -> Array:
    encoding = np.empty((tokens, width))
    for position in range(tokens):
        for column in range(width):
            angle = position / 10000 ** (2 * (column // 2) / width)
            encoding[position, column] = np.cos(angle) if column % 2 else np.sin(angle)
    return encoding


def pooled(states: Array, mode: str, weights: list[Array]) -> Array:
    """Of one text [tokens, width] without padding; weights are those of attention."""
    if mode == "max_mean":
        return np.concatenate([states.max(axis=0), states.mean(axis=0)])
    if mode == "attention":
        kernel, bias, query = weights
        return softmax((np.tanh(states @ kernel + bias) @ query)[:, 0]) @ states
    return {"max": states.max(axis=0), "mean": states.mean(axis=0), "last": states[-1]}[mode]


def central_differences(function: Callable[[list[Array]], float], arguments: list[Array]) -> list[Array]:
    """Gradients of a function of arrays."""
    step = 1e-5
    gradients = [np.empty_like(argument) for argument in arguments]
    for argument, gradient in zip(arguments, gradients, strict=True):
        for place in np.ndindex(argument.shape):
            kept = argument[place]
            values = []
            for moved in (kept + step, kept - step):
                argument[place] = moved
                values.append(function(arguments))
            argument[place] = kept
            gradient[place] = (values[0] - values[1]) / (2 * step)
    return gradients
