from pathlib import Path

import pytest

from training.__main__ import main
from training.vectors.reading import read_vectors


def test_vectors_of_several_files_are_written_with_what_to_do_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, table, output = tmp_path / "texts.txt", tmp_path / "texts.csv", tmp_path / "out.vec"
    lines.write_text("好 的 天气\n好 的 电影\n" * 5, encoding="utf-8")
    table.write_text("text,label\n" + "A nice Day,x\n" * 5, encoding="utf-8")
    assert main(["vectors", str(lines), str(table), "--output", str(output), "--dim", "3"]) == 0
    vectors = read_vectors(output, ["好", "天", "nice", "day", "A"])
    assert vectors.width == 3
    assert vectors.by_word.keys() == {"好", "天", "nice", "day"}
    assert f"model.vectors={output} --set model.embedding_dim=3" in capsys.readouterr().err


def test_bad_rows_are_counted_when_they_are_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, output = tmp_path / "texts.jsonl", tmp_path / "out.vec"
    file.write_text('{"text": "a b a b"}\n{"text": 3}\n')
    assert main(["vectors", str(file), "--output", str(output)]) == 2
    assert not output.exists()
    assert main(["vectors", str(file), "--output", str(output), "--on-bad-row", "skip"]) == 1
    assert "texts.jsonl:2" in capsys.readouterr().err
