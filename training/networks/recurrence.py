"""A cell stepped over the tokens of texts, compiled, with a gradient of its own: how recurrent layers are trained."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import tensorflow as tf

from training.networks.cell import RecurrentCell

_COMPILED: ContextVar[bool] = ContextVar("compiled", default=False)


@contextmanager
def compiled_recurrences(compiled: bool) -> Iterator[None]:
    """Have recurrent layers compile, or not, what is traced in a `with` block.

    A recurrence is where compilation pays: hundreds of steps of small operations become one loop. The rest of a network
    is a few large products that gain nothing, and take long to compile.
    """
    token = _COMPILED.set(compiled)
    try:
        yield
    finally:
        _COMPILED.reset(token)


def is_compiled() -> bool:
    """Whether recurrences are to be compiled here."""
    return _COMPILED.get()


@dataclass(frozen=True)
class CompiledRecurrence:
    """Runs a cell over all tokens of a batch, in one compiled loop there and one back.

    On a CPU the time goes into memory: what is as wide as the gates is written down once on the way, the
    pre-activations, and once on the way back, their gradient. From the first the element-wise part of a step is
    computed again on the way back (Chen et al. 2016); from the second the gradients of the kernels, sums over all
    steps, are one product each at the end. Projection, bias, mask and reversal are in the loop, where they cost next to
    nothing.

    Attributes:
        cell: what is stepped.
        backward: whether to start at the last token.
    """

    cell: RecurrentCell
    backward: bool

    def __call__(
        self, inputs: tf.Tensor, input_kernel: tf.Tensor | None, bias: tf.Tensor, mask: tf.Tensor
    ) -> tf.Tensor:
        """Outputs after each token, <float32>[tokens, batch, units]; zeros, like all states, where the mask is false.

        Args:
            inputs: <float32>[tokens, batch, width].
            input_kernel: <float32>[width, projected], or None when the inputs are projected already.
            bias: <float32>[projected], added to the projected inputs.
            mask: <bool>[tokens, batch].
        """
        run = tf.function(self._run, jit_compile=True)
        run_back = tf.function(self._run_back, jit_compile=True)
        projections = [] if input_kernel is None else [input_kernel]

        @tf.custom_gradient
        def outputs(
            inputs: tf.Tensor, bias: tf.Tensor, projections: list[tf.Tensor], kernels: list[tf.Tensor]
        ) -> tuple[tf.Tensor, Callable[[tf.Tensor], tuple[object, ...]]]:
            states, pre_activations = run(inputs, bias, mask, projections, kernels)

            def gradients(of_outputs: tf.Tensor) -> tuple[object, ...]:
                of_pre_activations, of_inputs, of_others = run_back(
                    of_outputs, mask, states, pre_activations, projections, kernels
                )
                of_projected, of_feedback = self._split_gradient(of_pre_activations)
                of_projections = [_summed_product(inputs, of_projected) for _ in projections]
                before, after = (slice(1, None), slice(-1)) if self.backward else (slice(-1), slice(1, None))
                of_kernel = _summed_product(states[self.cell.fed_back][before], of_feedback[after])
                of_inputs = of_inputs[0] if of_inputs else of_projected
                return of_inputs, tf.reduce_sum(of_projected, axis=[0, 1]), of_projections, [of_kernel, *of_others]

            return states[0], gradients

        result: tf.Tensor = outputs(inputs, bias, projections, self.cell.kernels())
        return result

    def _run(
        self,
        inputs: tf.Tensor,
        bias: tf.Tensor,
        mask: tf.Tensor,
        projections: list[tf.Tensor],
        kernels: list[tf.Tensor],
    ) -> tuple[list[tf.Tensor], tf.Tensor]:
        """Every state after every step, each <float32>[tokens, batch, size], and the pre-activations."""
        cell, tokens = self.cell, tf.shape(inputs)[0]
        zeros = _zero_states(cell, mask)
        width = cell.combine(*(tf.zeros((1, kernels[0].shape[1])) for _ in range(2))).shape[1]
        arrays = [tf.TensorArray(tf.float32, tokens, element_shape=(None, size)) for size in (*cell.state_size, width)]

        def step(
            count: tf.Tensor, states: list[tf.Tensor], arrays: list[tf.TensorArray]
        ) -> tuple[tf.Tensor, list[tf.Tensor], list[tf.TensorArray]]:
            token = tokens - 1 - count if self.backward else count
            projected = inputs[token]
            for projection in projections:
                projected = tf.matmul(projected, projection)
            pre_activations = cell.combine(projected + bias, tf.matmul(states[cell.fed_back], kernels[0]))
            states = _masked(cell.step(pre_activations, states, kernels[1:]), mask[token])
            written = zip(arrays, [*states, pre_activations], strict=True)
            return count + 1, states, [array.write(token, value) for array, value in written]

        *_, arrays = tf.while_loop(
            lambda count, *_: count < tokens, step, (0, zeros, arrays), maximum_iterations=tokens
        )
        *states, pre_activations = (array.stack() for array in arrays)
        return states, pre_activations

    def _run_back(
        self,
        of_outputs: tf.Tensor,
        mask: tf.Tensor,
        states: list[tf.Tensor],
        pre_activations: tf.Tensor,
        projections: list[tf.Tensor],
        kernels: list[tf.Tensor],
    ) -> tuple[tf.Tensor, list[tf.Tensor], list[tf.Tensor]]:
        """Gradients of pre-activations, of inputs that the loop projects, and of the kernels but for the first."""
        cell, tokens = self.cell, tf.shape(mask)[0]
        zeros, others = _zero_states(cell, mask), kernels[1:]
        recurrent, *transposed = (tf.transpose(kernel) for kernel in (kernels[0], *projections))
        widths = [pre_activations.shape[2], *(kernel.shape[1] for kernel in transposed)]
        arrays = [tf.TensorArray(tf.float32, tokens, element_shape=(None, width)) for width in widths]

        def step(
            count: tf.Tensor, of_states: list[tf.Tensor], of_others: list[tf.Tensor], arrays: list[tf.TensorArray]
        ) -> tuple[tf.Tensor, list[tf.Tensor], list[tf.Tensor], list[tf.TensorArray]]:
            token = count if self.backward else tokens - 1 - count
            before = _states_at(states, zeros, token + 1 if self.backward else token - 1)
            sources = [pre_activations[token], *before, *others]
            with tf.GradientTape() as tape:
                tape.watch(sources)
                after = _masked(cell.step(sources[0], before, others), mask[token])
            of_after = [of_states[0] + of_outputs[token], *of_states[1:]]
            of_pre, *rest = tape.gradient(after, sources, of_after, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            of_before, of_step = rest[: len(before)], rest[len(before) :]
            of_projected, of_feedback = self._split_gradient(of_pre)
            of_before[cell.fed_back] += tf.matmul(of_feedback, recurrent)
            of_others = [total + gradient for total, gradient in zip(of_others, of_step, strict=True)]
            values = [of_pre, *(tf.matmul(of_projected, kernel) for kernel in transposed)]
            written = zip(arrays, values, strict=True)
            return count + 1, of_before, of_others, [array.write(token, value) for array, value in written]

        start = (0, zeros, [tf.zeros_like(kernel) for kernel in others], arrays)
        _, _, of_others, arrays = tf.while_loop(
            lambda count, *_: count < tokens, step, start, maximum_iterations=tokens
        )
        of_pre_activations, *of_inputs = (array.stack() for array in arrays)
        return of_pre_activations, of_inputs, of_others

    def _split_gradient(self, of_pre_activations: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Gradients of projected inputs and feedback: those of `combine`, which is linear, so at any place."""
        width = self.cell.kernels()[0].shape[1]
        sources = [tf.zeros((*tf.unstack(tf.shape(of_pre_activations)[:-1]), width)) for _ in range(2)]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            combined = self.cell.combine(*sources)
        of_projected, of_feedback = tape.gradient(combined, sources, of_pre_activations)
        return of_projected, of_feedback


def _summed_product(left: tf.Tensor, right: tf.Tensor) -> tf.Tensor:
    """Sum over tokens and batch of the outer products, <float32>[left width, right width]."""
    flat = (tf.reshape(value, [-1, value.shape[-1]]) for value in (left, right))
    return tf.matmul(*flat, transpose_a=True)


def _masked(states: Sequence[tf.Tensor], mask: tf.Tensor) -> list[tf.Tensor]:
    return [tf.where(mask[:, tf.newaxis], state, 0.0) for state in states]


def _states_at(states: Sequence[tf.Tensor], zeros: Sequence[tf.Tensor], token: tf.Tensor) -> list[tf.Tensor]:
    """States after a token; zeros outside of the text."""
    last = tf.shape(states[0])[0] - 1
    inside, place = (token >= 0) & (token <= last), tf.clip_by_value(token, 0, last)
    return [tf.where(inside, state[place], zero) for state, zero in zip(states, zeros, strict=True)]


def _zero_states(cell: RecurrentCell, mask: tf.Tensor) -> list[tf.Tensor]:
    return [tf.zeros((tf.shape(mask)[1], size)) for size in cell.state_size]
