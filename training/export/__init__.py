"""Writing one immutable model version: the directory that is the contract between training and service."""
