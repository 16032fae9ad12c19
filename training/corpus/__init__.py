"""Reading labelled and unlabelled texts in the formats that people have them in."""

from training.corpus.identity import text_identity
from training.corpus.parts import read_parts
from training.corpus.reader import ReadResult, describe_bad_rows, read_corpus
from training.corpus.rows import BadRow
from training.corpus.texts import UnlabelledText, read_texts

__all__ = [
    "BadRow",
    "ReadResult",
    "UnlabelledText",
    "describe_bad_rows",
    "read_corpus",
    "read_parts",
    "read_texts",
    "text_identity",
]
