"""From a repository of exported models to answers over gRPC: `python -m service`."""
