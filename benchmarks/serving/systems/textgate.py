"""Textgate as an operator starts it, but for its access log, which no other system writes."""

import sys
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from benchmarks.serving.systems.system import Scores, System
from textgate.v1.text_classifier_pb2 import ClassifyRequest, ClassifyResponse


class Textgate(System):
    """`python -m service` on the repository that the version is in."""

    name = "Textgate"
    about = "`python -m service`, default settings, access log off (`--log-level warning`)"
    path = "/textgate.v1.TextClassifier/Classify"
    compiles = True
    flags: ClassVar[Sequence[str]] = ()

    def command(self) -> Sequence[str]:
        """Return the command that serves on `self.port`."""
        repository = self.version.parent.parent
        where = ["--repository", str(repository), "--port", str(self.port)]
        return [sys.executable, "-m", "service", *where, "--log-level", "warning", *self.flags]

    def message(self, texts: Sequence[str]) -> bytes:
        """Return a request for all labels of each text."""
        return ClassifyRequest(texts=texts).SerializeToString()

    def scores(self, reply: bytes) -> Scores:
        """Return the scores in the model's order of labels: a reply has the best label first."""
        results = ClassifyResponse.FromString(reply).results
        place = {label: index for index, label in enumerate(self.labels)}
        scores = np.full((len(results), len(self.labels)), np.nan, np.float32)
        for row, result in zip(scores, results, strict=True):
            for label in result.labels:
                row[place[label.label]] = label.score
        return scores
