"""The servers that are held against each other, each in a process of its own."""

from benchmarks.serving.systems.empty_handler import EmptyHandler
from benchmarks.serving.systems.mlserver import MLServer
from benchmarks.serving.systems.system import System
from benchmarks.serving.systems.textgate import Textgate
from benchmarks.serving.systems.triton import Triton

SYSTEMS: tuple[type[System], ...] = (Textgate, Triton, MLServer, EmptyHandler)
"""In the order of the results. TensorFlow Serving is not among them: no Python or Debian package carries it."""
