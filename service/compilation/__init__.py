"""Executables for shapes of batches: which shapes, compiled when, and trusted after a trial."""
