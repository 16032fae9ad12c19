"""From a row of scores to the labels of an answer: order, top-k, minimum score, and which labels are predicted."""

import numpy as np
import numpy.typing as npt

from service.types import LabelScore
from textgate.v1.model_info_pb2 import ModelInfo


class Ranker:
    """Knows a version's labels and thresholds."""

    def __init__(self, info: ModelInfo) -> None:
        self.labels = tuple(label.name for label in info.labels)
        multi_label = info.task == ModelInfo.MULTI_LABEL
        self._thresholds = [label.threshold for label in info.labels] if multi_label else None

    def rank(
        self, scores: npt.NDArray[np.float32], top_k: int = 0, min_score: float = 0.0
    ) -> list[tuple[LabelScore, ...]]:
        """Best label first, equal scores in the model's order of labels.

        Args:
            scores: <float32>[batch, labels].
            top_k: labels a text at most; 0: all.
            min_score: labels that score less are left out.

        Returns:
            The labels of each text.
        """
        rows: list[list[float]] = scores.tolist()
        order: list[list[int]] = np.argsort(-scores, axis=1, kind="stable")[:, : top_k or None].tolist()
        least = float(np.float32(min_score))
        return [self._labels_of(row, columns, least) for row, columns in zip(rows, order, strict=True)]

    def _labels_of(self, row: list[float], columns: list[int], least: float) -> tuple[LabelScore, ...]:
        # In Python: NumPy takes as long for each of its steps as this does for all labels of a text.
        labels, thresholds = self.labels, self._thresholds
        if thresholds is None:
            best = columns[0]
            return tuple([LabelScore(labels[i], row[i], i == best) for i in columns if row[i] >= least])
        return tuple([LabelScore(labels[i], row[i], row[i] >= thresholds[i]) for i in columns if row[i] >= least])
