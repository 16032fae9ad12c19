"""Presets: settings that go well together, each a readable file, and the choice among them by the data."""

from training.presets.files import AUTO, PRESETS, load_preset

__all__ = ["AUTO", "PRESETS", "load_preset"]
