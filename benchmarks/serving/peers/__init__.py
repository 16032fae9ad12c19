"""What runs in the Python environments of the peers; nothing of the project is imported here."""
