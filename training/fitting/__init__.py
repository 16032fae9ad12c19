"""Fitting: from a network and encoded texts to the best weights."""

from training.fitting.fit import fit
from training.fitting.prediction import LogitPredictor, predict_logits
from training.fitting.result import EpochRecord, FitResult

__all__ = ["EpochRecord", "FitResult", "LogitPredictor", "fit", "predict_logits"]
