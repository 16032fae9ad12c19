"""An exported version, opened: all that `evaluate`, `predict` and the verification know of a model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from textgate.v1.model_info_pb2 import ModelInfo
from training.errors import ExportError
from training.examples import Task
from training.export.digests import check_digests
from training.export.layout import find_version_directory
from training.export.model_info import read_model_info


@dataclass(frozen=True)
class ExportedModel:
    """A loaded version.

    Attributes:
        directory: the version directory.
        info: what the version says of itself.
    """

    directory: Path
    info: ModelInfo
    _module: Any  # keeps alive what the signature refers to
    _serving_default: Callable[..., dict[str, Any]]

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Load a version directory, or the newest version of a model directory.

        Raises:
            ExportError: there is none, its schema is newer than this program, or a file is missing or changed.
        """
        directory = find_version_directory(Path(path))
        info = read_model_info(directory)
        check_digests(directory, info.sha256)
        try:
            module = tf.saved_model.load(str(directory))
        except (OSError, ValueError, tf.errors.OpError) as error:
            raise ExportError(f"{directory} is not a SavedModel that TensorFlow can load: {error}") from error
        return cls(directory, info, module, module.signatures["serving_default"])

    @property
    def task(self) -> Task:
        """What a text gets: one label, or any number of them."""
        return Task.MULTI_CLASS if self.info.task == ModelInfo.MULTI_CLASS else Task.MULTI_LABEL

    @property
    def label_names(self) -> list[str]:
        """Labels in the order of the columns of `scores`."""
        return [label.name for label in self.info.labels]

    @property
    def thresholds(self) -> npt.NDArray[np.float32]:
        """Per label <float32>[labels]: from which score on a multi-label text has the label."""
        return np.array([label.threshold for label in self.info.labels], dtype=np.float32)

    def scores(self, texts: Sequence[str], batch_size: int = 64) -> npt.NDArray[np.float32]:
        """Calibrated probabilities <float32>[texts, labels], in the order of the texts."""
        scores = np.zeros((len(texts), len(self.info.labels)), dtype=np.float32)
        # Texts of like length share a batch, so that little of it is padding.
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            batch = tf.constant([texts[row].encode("utf-8", "surrogatepass") for row in rows], tf.string)
            scores[rows] = self._serving_default(text=batch)["scores"].numpy()
        return scores
