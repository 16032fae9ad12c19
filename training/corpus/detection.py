"""Which format a file has: what its first line says counts more than its name."""

import json
from pathlib import Path

from training.config import DataConfig
from training.corpus.lines import STANDARD_INPUT, compressed, read_lines
from training.errors import CorpusError

NAMES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".ft": "fasttext",
    ".fasttext": "fasttext",
}


def detect_format(path: str | Path, data: DataConfig) -> str:
    """The format of labelled texts: `csv`, `tsv`, `jsonl`, `fasttext` or `folder`.

    Raises:
        CorpusError: neither the first line nor the name tells, or the file is empty.
    """
    if data.format != "auto":
        return data.format
    if Path(path).is_dir():
        return "folder"
    first = _first_line(path, data)
    found = _from_content(first, data) or _from_name(path)
    if found:
        return found
    raise CorpusError(
        f"cannot tell the format of {path} from its name or its first line {first[:60]!r}; expected a header with the "
        f"column {data.text_column!r} (CSV, TSV), JSON objects, or __label__ words; --format says which"
    )


def detect_text_format(path: str | Path, data: DataConfig) -> str:
    """The format of unlabelled texts: as `detect_format`, or `lines` (one text a line, as on standard input)."""
    if data.format != "auto":
        return data.format
    if str(path) == STANDARD_INPUT:
        return "lines"
    if Path(path).is_dir():
        return "folder"
    named = _from_name(path)
    if not named and not _has_lines(path, data):
        return "lines"
    return _from_content(_first_line(path, data), data) or named or "lines"


def _from_name(path: str | Path) -> str | None:
    path = Path(path)
    suffix = path.with_suffix("").suffix if compressed(path) else path.suffix
    return NAMES.get(suffix.lower())


def _from_content(first: str, data: DataConfig) -> str | None:
    if first.startswith("__label__") or " __label__" in first:
        return "fasttext"
    if _is_json_object(first):
        return "jsonl"
    for delimiter in "\t,;":
        cells = [cell.strip() for cell in first.split(delimiter)]
        if len(cells) > 1 and data.text_column in cells:
            return "tsv" if delimiter == "\t" else "csv"
        if len(cells) > 1 and f'"{data.text_column}"' in cells:
            return "csv"  # with tabs too: where the header is quoted, quotes mean quoting
    return None


def _is_json_object(line: str) -> bool:
    try:
        return line.startswith("{") and isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _has_lines(path: str | Path, data: DataConfig) -> bool:
    return any(line.text.strip() for line in read_lines(path, data.encoding))


def _first_line(path: str | Path, data: DataConfig) -> str:
    for line in read_lines(path, data.encoding):
        content = line.content.strip()
        if content.startswith("[") and _from_name(path) == "jsonl":
            raise CorpusError(
                f"{path} is one JSON array; expected JSON Lines, one object a line (jq -c '.[]' makes it)"
            )
        if content:
            return content
    raise CorpusError(f"{path} is empty; expected labelled texts")
