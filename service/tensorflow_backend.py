"""Runs SavedModels. No module of the service but this one and `service.executables` imports TensorFlow."""

import contextlib
import gc
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from service.executables import ScoreGraph, graph_of
from service.models.digests import verify_digests
from service.models.golden import read_golden, verify_golden
from service.models.model_info import read_model_info
from service.servable import ModelLoadError, Score
from service.tokenizing.tokens import Tokens
from textgate.v1.model_info_pb2 import ModelInfo

Types = Mapping[str, tf.DType]
SIGNATURES: Mapping[str, tuple[Types, Types]] = {
    "serving_default": ({"text": tf.string}, {"scores": tf.float32, "classes": tf.string}),
    "tokenize": ({"text": tf.string}, {"token_ids": tf.int32, "length": tf.int32}),
    "score_tokens": ({"token_ids": tf.int32, "length": tf.int32}, {"scores": tf.float32}),
}
"""Inputs and outputs of each signature that the contract asks for."""

NGRAM_LOGITS = {"ngram_logits": tf.float32}
"""What `tokenize` also gives, and `score_tokens` also takes, where the model has an n-gram branch."""

# The collections by which the memory of versions comes back stop every thread: for 0.3 s with all that importing
# TensorFlow leaves behind, a fifth of that without. Nothing of it will ever be garbage.
gc.freeze()
# Nor do calls leave cycles behind; by default the collector would look for some at every few of them.
gc.set_threshold(20_000, 20, 20)


class SavedModelServable:
    """A loaded SavedModel. Its signatures take any number of texts of any width: nothing is padded or traced anew."""

    def __init__(self, info: ModelInfo, saved_model: Any, examples: list[bytes]) -> None:
        self._info = info
        self._examples = examples
        self._saved_model = saved_model  # owns the variables and tables that the signatures use
        self._tokenize = saved_model.signatures["tokenize"]
        self._score_tokens = saved_model.signatures["score_tokens"]
        self._graph: ScoreGraph | None = None

    @property
    def info(self) -> ModelInfo:
        """What the version says of itself."""
        return self._info

    @property
    def examples(self) -> list[bytes]:
        """The golden texts."""
        return self._examples

    def tokenize(self, texts: list[bytes]) -> Tokens:
        """Turn UTF-8 texts into token ids."""
        outputs = self._tokenize(text=tf.constant(texts, tf.string))
        return Tokens(**{name: tensor.numpy() for name, tensor in outputs.items()})

    def score(self, tokens: Tokens) -> npt.NDArray[np.float32]:
        """Score tokenised texts: <float32>[batch, labels]."""
        scores: npt.NDArray[np.float32] = self._score_tokens(**_tensors(tokens))["scores"].numpy()
        return scores

    def compile(self, texts: int, tokens: int) -> Score:
        """Compile `score_tokens` for one shape by XLA; the weights are shared with the plain graph.

        Raises:
            CompileError: as `ScoreGraph.compile`.
        """
        if self._graph is None:
            self._graph = graph_of(self._score_tokens)
        weights = self._score_tokens.captured_inputs
        executable = self._graph.compile(texts, tokens, _tensors(self.tokenize([b""]).pad(texts, tokens)), weights)

        def score(tokens: Tokens) -> npt.NDArray[np.float32]:
            scores: npt.NDArray[np.float32] = executable(_tensors(tokens), weights).numpy()
            return scores

        return score

    def close(self) -> None:
        """Let go of the variables and tables."""
        del self._saved_model, self._tokenize, self._score_tokens, self._graph


def load_saved_model(directory: Path) -> SavedModelServable:
    """Open a version directory, and prove that it is whole and scores as it did at export.

    Raises:
        ModelLoadError: it is broken; the message says how.
    """
    info = read_model_info(directory)
    verify_digests(directory, info.sha256)
    try:
        saved_model = tf.saved_model.load(str(directory))
    except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
        raise ModelLoadError(f"not a SavedModel that TensorFlow {tf.__version__} can load: {error}") from error
    check_signatures(saved_model.signatures)
    golden = read_golden(directory, labels=len(info.labels))
    servable = SavedModelServable(info, saved_model, [text.encode() for text in golden.texts])
    try:
        verify_golden(golden, servable)
    except tf.errors.OpError as error:
        raise ModelLoadError(f"scoring the golden texts failed: {error.message}") from error
    return servable


def check_signatures(signatures: Mapping[str, Any]) -> None:
    """Hold the signatures against the contract.

    Raises:
        ModelLoadError: one is missing, or has other inputs or outputs.
    """
    for name, (inputs, outputs) in SIGNATURES.items():
        if name not in signatures:
            raise ModelLoadError(f"signature {name} is missing")
        signature = signatures[name]
        inputs, outputs = _with_ngrams(signatures, name, inputs, outputs)
        _check_types(f"inputs of signature {name}", signature.structured_input_signature[1], inputs)
        _check_types(f"outputs of signature {name}", signature.structured_outputs, outputs)


def _with_ngrams(signatures: Mapping[str, Any], name: str, inputs: Types, outputs: Types) -> tuple[Types, Types]:
    """Have `score_tokens` take what `tokenize` gives."""
    if "tokenize" not in signatures or not NGRAM_LOGITS.keys() <= signatures["tokenize"].structured_outputs.keys():
        return inputs, outputs
    return {
        "tokenize": (inputs, {**outputs, **NGRAM_LOGITS}),
        "score_tokens": ({**inputs, **NGRAM_LOGITS}, outputs),
    }.get(name, (inputs, outputs))


def _tensors(tokens: Tokens) -> dict[str, tf.Tensor]:
    """Inputs of `score_tokens`."""
    inputs = {"token_ids": tf.constant(tokens.token_ids), "length": tf.constant(tokens.length)}
    return inputs if tokens.ngram_logits is None else {**inputs, "ngram_logits": tf.constant(tokens.ngram_logits)}


def _check_types(what: str, found: Mapping[str, Any], expected: Mapping[str, tf.DType]) -> None:
    types = {name: tensor.dtype for name, tensor in found.items()}
    if types != expected:
        raise ModelLoadError(f"{what}: expected {_describe(expected)}; found {_describe(types)}")


def _describe(types: Mapping[str, tf.DType]) -> str:
    return ", ".join(f"{name}: {dtype.name}" for name, dtype in sorted(types.items()))


def hide_gpus() -> None:
    """Score on processors alone. Without effect once TensorFlow has run anything.

    A GPU rounds the factors of products (TensorFloat-32), which the golden texts need not bear; it is slow at one token
    after another; and the first worker would take all of its memory.
    """
    with contextlib.suppress(RuntimeError):
        tf.config.set_visible_devices([], "GPU")


def set_threads(count: int) -> None:
    """Let one forward pass use `count` processor threads, 0: all. Without effect once TensorFlow has run anything."""
    with contextlib.suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(count)
        # Operations one after another, in the thread that asks: handing them to others costs more than it gains.
        tf.config.threading.set_inter_op_parallelism_threads(1)
