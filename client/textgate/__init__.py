"""Python client of the Textgate text classification service."""
