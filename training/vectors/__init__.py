"""Word vectors: read from a file for the embedding to start from, and learned from texts without labels."""

from training.vectors.start import VectorCoverage, start_from_vectors

__all__ = ["VectorCoverage", "start_from_vectors"]
