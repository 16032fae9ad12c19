"""Machine code that scores: made by XLA once for all versions that differ in nothing but their weights.

TensorFlow keeps each executable until the process ends, some megabytes for a network. A model that is trained anew
every day has the same graph every day, so its new version needs no new machine code: neither time nor memory.
"""

import hashlib
import itertools
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import tensorflow as tf

from service.servable import CompileError

MAX_EXECUTABLES = 512
"""Compiled in one process."""

MAX_GRAPH_BYTES = 2**20
"""Larger graphs hold weights themselves, instead of variables: they are not kept, for no other version has the same."""

Weights: TypeAlias = Sequence[tf.Tensor]
Executable = Callable[[Mapping[str, tf.Tensor], Weights], tf.Tensor]
"""From inputs by name and the weights of a version to scores <float32>[texts, labels]."""

_executables = itertools.count(1)


class ScoreGraph:
    """The computation of a `score_tokens`, with the weights as arguments.

    Args:
        graph_def: of the function.
        inputs: names of its tensors: arguments by the name of the argument, then weights.
        output: name of the tensor of scores.
        arguments: how many of the inputs are arguments.
    """

    def __init__(self, graph_def: Any, inputs: Sequence[str], output: str, arguments: int) -> None:
        wrapped = tf.compat.v1.wrap_function(lambda: tf.graph_util.import_graph_def(graph_def, name=""), [])
        tensor = wrapped.graph.get_tensor_by_name
        self._function = wrapped.prune([tensor(name) for name in inputs], [tensor(output)])
        self._arguments = [name.partition(":")[0] for name in inputs[:arguments]]
        self._compiled: dict[tuple[int, int], Executable] = {}
        self._lock = threading.Lock()

    def compile(self, texts: int, tokens: int, example: Mapping[str, tf.Tensor], weights: Weights) -> Executable:
        """Compile for one shape, unless that is done already. Blocks.

        Args:
            texts: of the batches.
            tokens: of each text.
            example: inputs of that shape.
            weights: to run it once with, for only then is it compiled.

        Raises:
            CompileError: XLA does not know an operation of the graph, or the process has compiled enough.
        """
        with self._lock:
            if (texts, tokens) not in self._compiled:
                if next(_executables) > MAX_EXECUTABLES:
                    raise CompileError(
                        f"{MAX_EXECUTABLES} executables are in memory; restart the server to be rid of old ones"
                    )
                self._compiled[texts, tokens] = self._compile(example, weights)
            return self._compiled[texts, tokens]

    def _compile(self, example: Mapping[str, tf.Tensor], weights: Weights) -> Executable:
        # A signature that says jit_compile itself would not run in TensorFlow Serving: whoever serves wraps it.
        @tf.function(jit_compile=True, autograph=False)
        def run(*inputs: tf.Tensor) -> tf.Tensor:
            return self._function(*inputs)[0]

        def score(inputs: Mapping[str, tf.Tensor], weights: Weights) -> tf.Tensor:
            return concrete(*(inputs[name] for name in self._arguments), *weights)

        try:
            arguments = [example[name] for name in self._arguments]
            concrete = run.get_concrete_function(*(tf.TensorSpec.from_tensor(each) for each in (*arguments, *weights)))
            score(example, weights)
        except (tf.errors.OpError, ValueError) as error:
            raise CompileError(str(error)) from error
        return score


_graphs: dict[str, ScoreGraph] = {}
_graphs_lock = threading.Lock()  # versions are compiled in threads of their own


def graph_of(score_tokens: Any) -> ScoreGraph:
    """Return the graph of a loaded signature: the one that an equal signature has got already, if there was any."""
    graph_def = score_tokens.graph.as_graph_def()
    weights = score_tokens.captured_inputs
    inputs = [tensor.name for tensor in score_tokens.inputs]
    made = (graph_def, inputs, score_tokens.outputs[0].name, len(inputs) - len(weights))
    if graph_def.ByteSize() > MAX_GRAPH_BYTES:
        return ScoreGraph(*made)
    key = f"{fingerprint(graph_def)} {inputs} {[_shape(each) for each in weights]}"
    with _graphs_lock:
        if key not in _graphs:
            if len(_graphs) >= MAX_EXECUTABLES:  # nothing can be compiled for another one
                return ScoreGraph(*made)
            _graphs[key] = ScoreGraph(*made)
        return _graphs[key]


def fingerprint(graph_def: Any) -> str:
    """Return the same for two graphs that differ in nothing but the names of their functions.

    TensorFlow makes these names unique in a process, and numbers them as they come. Here they are numbered in the order
    in which they are first spoken of, from the main graph on.
    """
    functions = {function.signature.name: str(function) for function in graph_def.library.function}
    names = re.compile("|".join(map(re.escape, sorted(functions, key=len, reverse=True))) or "(?!)")
    numbers: dict[str, int] = {}
    parts = ["".join(map(str, graph_def.node))]
    for part in parts:  # grows meanwhile
        for name in names.findall(part):
            if name not in numbers:
                numbers[name] = len(numbers)
                parts.append(functions[name])
    renamed = (names.sub(lambda found: f"function{numbers[found[0]]}", part) for part in parts)
    return hashlib.sha256("\0".join(renamed).encode()).hexdigest()


def _shape(weight: tf.Tensor) -> str:
    if weight.dtype != tf.resource:
        return f"{weight.dtype.name}{weight.shape}"
    return str(tf.raw_ops.VariableShape(input=weight).numpy())
