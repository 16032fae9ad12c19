"""From protocol buffers to the service's own types and back, and nothing else."""
