"""From a row of scores to the labels of an answer: order, top-k, minimum score, and which labels are predicted."""

import numpy as np
import numpy.typing as npt

from service.types import LabelScore
from textgate.v1.model_info_pb2 import ModelInfo


class Ranker:
    """Knows a version's labels and thresholds."""

    def __init__(self, info: ModelInfo) -> None:
        self.labels = tuple(label.name for label in info.labels)
        self.thresholds = np.array([label.threshold for label in info.labels], np.float32)
        self.multi_label = info.task == ModelInfo.MULTI_LABEL

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
        order = np.argsort(-scores, axis=1, kind="stable")[:, : top_k or None]
        ordered = np.take_along_axis(scores, order, axis=1)
        predicted = np.take_along_axis(self._predicted(scores), order, axis=1)
        kept = (ordered >= np.float32(min_score)).sum(axis=1).tolist()
        return [
            tuple(map(LabelScore, map(self.labels.__getitem__, columns[:count]), row, flags))
            for columns, row, flags, count in zip(
                order.tolist(), ordered.tolist(), predicted.tolist(), kept, strict=True
            )
        ]

    def _predicted(self, scores: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
        if self.multi_label:
            return scores >= self.thresholds
        best: npt.NDArray[np.bool_] = np.arange(scores.shape[1]) == scores.argmax(axis=1)[:, np.newaxis]
        return best
