import csv
import io
import json
from pathlib import Path

import pytest

from service.bulk.output import OutputError, make_writer, recover
from service.bulk.rows import Row
from service.types import LabelScore, TextResult

PAIRS = [
    (Row("t:1", 'a "b",\nc'), TextResult((LabelScore("x", 0.75, True), LabelScore("y", 0.25, True)), 1, 0, False)),
    (Row("t:2", "好"), TextResult((LabelScore("y", 1 / 3, False),), 1, 0, False)),
    (Row("t:3", ""), TextResult((), 0, 0, False)),
]


def written(format: str, columns: int = 2) -> str:
    file = io.StringIO(newline="")
    make_writer(file, format, columns, with_head=True)(PAIRS)
    return file.getvalue()


def test_json_lines_hold_source_text_predicted_labels_and_scores() -> None:
    rows = [json.loads(line) for line in written("jsonl").splitlines()]
    assert rows[0] == {"source": "t:1", "text": 'a "b",\nc', "labels": ["x", "y"], "scores": {"x": 0.75, "y": 0.25}}
    assert rows[1] == {"source": "t:2", "text": "好", "labels": [], "scores": {"y": 0.3333333}}


def test_csv_has_a_column_for_each_label_and_score() -> None:
    rows = list(csv.reader(io.StringIO(written("csv"), newline="")))
    assert rows[0] == ["source", "text", "labels", "label_1", "score_1", "label_2", "score_2"]
    assert rows[1] == ["t:1", 'a "b",\nc', "x|y", "x", "0.75", "y", "0.25"]
    assert rows[3] == ["t:3", "", "", "", "", "", ""]


@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_a_file_cut_off_anywhere_is_taken_up_after_its_last_whole_row(tmp_path: Path, format: str) -> None:
    path = tmp_path / "out"
    whole = written(format).encode()
    for end in range(len(whole) + 1):
        path.write_bytes(whole[:end])
        recovered = recover(path, format)
        rest = io.StringIO(newline="")
        with_head = format == "csv" and not path.read_bytes()
        make_writer(rest, format, 2, with_head)(PAIRS[recovered.rows :])
        assert path.read_bytes() + rest.getvalue().encode() == whole
        assert recovered.last_source == (f"t:{recovered.rows}" if recovered.rows else "")


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("precious\nlines\n")
    with pytest.raises(OutputError, match="is no output in jsonl"):
        recover(path, "jsonl")
