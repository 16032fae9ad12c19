"""Reproducible figures: each script runs by `python -m benchmarks.<name>` and writes benchmarks/results/<name>.json."""
