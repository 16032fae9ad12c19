"""Training speed and memory: ours beside plain Keras and PyTorch, in one run."""
