"""Network and n-gram branch as one classifier: weighed against each other and calibrated on dev."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from training.calibration import Calibration, calibrate
from training.examples import Task
from training.fitting import predict_logits
from training.input_pipeline import EncodedCorpus, EncodedTexts, Float32Array, encode_texts
from training.networks import TextClassifier
from training.ngrams import NgramBranch, choose_branch_weight, ngram_logits
from training.preprocessor import TextPreprocessor


@dataclass(frozen=True)
class PooledLogits:
    """Logits <float32>[texts, labels] of the network alone, and with those of the branch added."""

    network: Float32Array
    pooled: Float32Array


@dataclass(frozen=True)
class PooledCalibration:
    """What dev chose: for the network alone, and for network and branch with the branch's logits times its weight."""

    network: Calibration
    pooled: Calibration
    branch_weight: float


@dataclass(frozen=True)
class PooledClassifier:
    """A fitted network, and the n-gram branch beside it if there is one."""

    preprocessor: TextPreprocessor
    network: TextClassifier
    branch: NgramBranch | None

    def calibrate(self, texts: Sequence[str], dev: EncodedCorpus, task: Task) -> PooledCalibration:
        """Weigh the branch, scale it to its weight, and calibrate, all on dev and its texts."""
        logits = self._logits(texts, dev.texts)
        network = calibrate(logits.network, dev.targets, task)
        if self.branch is None:
            return PooledCalibration(network, network, 0.0)
        ngrams = logits.pooled - logits.network
        weight = choose_branch_weight(logits.network, ngrams, dev.targets, task)
        self.branch.scale(weight)
        pooled = calibrate(logits.network + weight * ngrams, dev.targets, task)
        return PooledCalibration(network, pooled, weight)

    def with_branch(self, branch: NgramBranch, weight: float) -> "PooledClassifier":
        """The same network beside another branch, whose logits count `weight` times."""
        branch.scale(weight)
        return replace(self, branch=branch)

    def logits(self, texts: Sequence[str]) -> PooledLogits:
        """Logits of texts, in their order."""
        return self._logits(texts, encode_texts(self.preprocessor, texts))

    def _logits(self, texts: Sequence[str], encoded: EncodedTexts) -> PooledLogits:
        network = predict_logits(self.network, encoded)
        if self.branch is None:
            return PooledLogits(network, network)
        return PooledLogits(network, network + ngram_logits(self.branch, self.preprocessor.tokenizer, texts))
