"""The line between the service and the library that runs models: a loaded version, and whoever loads it."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from service.tokenizing.tokens import Tokens
from textgate.v1.model_info_pb2 import ModelInfo

Scores = npt.NDArray[np.float32]
Score = Callable[[Tokens], Scores]
"""Scores tokenised texts: <float32>[batch, labels], calibrated probabilities. Blocks."""


class Servable(Protocol):
    """One loaded version. Methods block, may be called from any thread, and are never called after `close`."""

    @property
    def info(self) -> ModelInfo:
        """What the version says of itself."""
        ...

    @property
    def examples(self) -> list[bytes]:
        """Some UTF-8 texts to try the version on, at least one."""
        ...

    def tokenize(self, texts: list[bytes]) -> Tokens:
        """Turn UTF-8 texts into token ids, at most info.max_tokens of them a text."""
        ...

    def score(self, tokens: Tokens) -> Scores:
        """Score a batch of any shape: <float32>[batch, labels], calibrated probabilities."""
        ...

    def compile(self, texts: int, tokens: int) -> Score:
        """Make machine code for batches of exactly that shape, which takes up to some seconds, and return what runs it.

        Raises:
            CompileError: the library cannot compile this version.
        """
        ...

    def close(self) -> None:
        """Give its memory back."""
        ...


class Loader(Protocol):
    """Opens a version directory."""

    def __call__(self, directory: Path) -> Servable:
        """Load the version.

        Raises:
            ModelLoadError: the version is broken; the message says how, for the operator.
        """
        ...


class CompileError(Exception):
    """A version that can only be run as it is."""


class ModelLoadError(Exception):
    """A version directory that cannot be served."""
