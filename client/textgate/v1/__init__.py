"""Messages and services of the wire contract, generated from protos/ by `make proto`."""
