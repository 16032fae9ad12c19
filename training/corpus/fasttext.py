"""fastText lines: words that start with `__label__` are labels, the other words are the text."""

import re
from collections.abc import Iterable

from training.corpus.lines import Line, checked_line
from training.corpus.rows import Blank, Record, RowError, Rows, checked_text

LABEL = re.compile(r"(?<!\S)__label__(\S*)(?:\s+|$)")


def read_fasttext(lines: Iterable[Line], path: str, encoding: str) -> Rows:
    """Records of a fastText file; white space around the text only separates it from the labels."""
    for line in lines:
        source = f"{path}:{line.number}"
        if not line.text.strip():
            yield Blank(source)
            continue
        try:
            content = checked_text(checked_line(line.content, encoding))
            yield Record(source, LABEL.sub("", content).strip(), tuple(LABEL.findall(content)))
        except RowError as error:
            yield error.at(source)
