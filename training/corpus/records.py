"""One stream of rows, whatever the format."""

from pathlib import Path

from training.config import DataConfig
from training.corpus.columns import Columns
from training.corpus.fasttext import read_fasttext
from training.corpus.folder import read_folder
from training.corpus.json_lines import read_json_lines
from training.corpus.lines import read_lines
from training.corpus.rows import Rows
from training.corpus.tables import TableReader
from training.errors import CorpusError


def read_records(path: str | Path, format: str, data: DataConfig, labelled: bool) -> Rows:
    """Yield the rows of a file or folder in their order.

    Raises:
        CorpusError: the whole of it cannot be read.
    """
    if format == "folder":
        return read_folder(_folder(path), data.encoding, labelled)
    lines = read_lines(path, data.encoding)
    columns = Columns.from_config(data, labelled)
    if format == "jsonl":
        return read_json_lines(lines, str(path), columns, data.encoding)
    if format == "fasttext":
        return read_fasttext(lines, str(path), data.encoding)
    table = TableReader(str(path), columns, data.encoding)
    return table.read_csv(lines) if format == "csv" else table.read_tsv(lines)


def _folder(path: str | Path) -> Path:
    if not Path(path).is_dir():
        raise CorpusError(f"{path} is not a folder; the format folder expects <folder>/<class>/<file>")
    return Path(path)
