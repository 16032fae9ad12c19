"""The nouns that every part of training shares: a labelled text, a corpus of them, the task."""

from dataclasses import dataclass
from enum import StrEnum


class Task(StrEnum):
    """What a text gets: exactly one label, or any number of them."""

    MULTI_CLASS = "multi_class"
    MULTI_LABEL = "multi_label"


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text.

    Attributes:
        text: the text as it stands in the file, white space included.
        labels: its labels, sorted and without repetition; exactly one for multi-class, possibly none for multi-label.
        source: where it stands, as `file:line`.
    """

    text: str
    labels: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """Labelled texts of one part (train, dev or test), in the order of the file."""

    examples: tuple[Example, ...]
    task: Task

    def __len__(self) -> int:
        return len(self.examples)

    @property
    def texts(self) -> list[str]:
        """The texts, in order."""
        return [example.text for example in self.examples]

    @property
    def label_names(self) -> list[str]:
        """The labels that occur, sorted."""
        return sorted({label for example in self.examples for label in example.labels})
