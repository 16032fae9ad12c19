"""Scoring a file of any size by the engine that serves: `python -m service score`."""
