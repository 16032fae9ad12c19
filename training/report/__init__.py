"""What is left to read after a run: report.html, MODEL_CARD.md and metrics.json."""

from training.report.build import build_report

__all__ = ["build_report"]
