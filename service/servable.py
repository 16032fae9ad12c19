"""The line between the service and the library that runs models: a loaded version, and whoever loads it."""

from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from service.types import Tokens
from textgate.v1.model_info_pb2 import ModelInfo


class Servable(Protocol):
    """One loaded version. Methods block, may be called from any thread, and are never called after `close`."""

    @property
    def info(self) -> ModelInfo:
        """What the version says of itself."""
        ...

    def tokenize(self, texts: list[bytes]) -> Tokens:
        """Turn UTF-8 texts into token ids, at most info.max_tokens of them a text."""
        ...

    def score(self, tokens: Tokens) -> npt.NDArray[np.float32]:
        """Score tokenised texts: <float32>[batch, labels], calibrated probabilities."""
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


class ModelLoadError(Exception):
    """A version directory that cannot be served."""
