"""What runs in the Python environments of the peers; nothing of the project is imported here."""

from pathlib import Path

SCRIPTS = Path(__file__).parent.resolve()
"""The folder of the programs."""
