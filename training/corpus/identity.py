"""When two texts count as the same text."""

import unicodedata


def text_identity(text: str) -> str:
    """The text without differences of case, Unicode form and white space: equal for texts that count as the same."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())
