"""What can go wrong by the user's hand: every message names the thing and the remedy."""


class TrainingError(Exception):
    """Base of all errors that the command line reports as one clear line with exit code 2."""


class ConfigError(TrainingError):
    """A configuration that is not valid: the message names the dotted path."""


class CorpusError(TrainingError):
    """A file of labelled texts that cannot be used as asked."""


class FitError(TrainingError):
    """Training that went astray, such as a loss that is no longer a number."""


class ExportError(TrainingError):
    """An exported version that cannot be written, or does not do what it should."""
