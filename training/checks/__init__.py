"""What is worth knowing about labelled texts before a network learns from them."""

from training.checks.checking import check_corpora
from training.checks.finding import Finding, Severity
from training.checks.report import CheckReport, PartSummary
from training.checks.standard import check_as_trained

__all__ = ["CheckReport", "Finding", "PartSummary", "Severity", "check_as_trained", "check_corpora"]
