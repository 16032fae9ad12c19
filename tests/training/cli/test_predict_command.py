"""`predict` on the command line: one row a text, in order, as CSV or JSON Lines."""

import csv
import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.service.tiny_version import LABELS, reference_scores
from training import __main__ as training_main

TEXTS = ("good film", "", "bad plot", "好 电影", "unknown words")


def predict(version: Path, *arguments: object) -> int:
    return training_main.main(["predict", str(version), *map(str, arguments)])


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def ranked(text: str) -> list[tuple[str, float]]:
    scores = reference_scores(text)
    return [(LABELS[column], scores[column]) for column in np.argsort(-scores, kind="stable")]


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "texts.txt"
    path.write_text("\n".join(TEXTS), encoding="utf-8")
    return path


def test_csv_has_a_row_a_text_in_order(tiny_version: Path, texts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert predict(tiny_version, texts) == 0
    rows = read_csv(capsys.readouterr().out)
    assert [(row["source"], row["text"]) for row in rows] == [(f"{texts}:{n}", t) for n, t in enumerate(TEXTS, 1)]
    assert list(rows[0]) == ["source", "text", "labels", "label_1", "score_1"]
    for row in rows:
        label, score = ranked(row["text"])[0]
        assert (row["labels"], row["label_1"]) == (label, label)
        assert float(row["score_1"]) == pytest.approx(score, abs=1e-6)


@pytest.mark.parametrize(("top_k", "count"), [(2, 2), (0, 3), (9, 3)])
def test_top_k_adds_pairs_of_columns(
    tiny_version: Path, texts: Path, capsys: pytest.CaptureFixture[str], top_k: int, count: int
) -> None:
    assert predict(tiny_version, texts, "--top-k", top_k) == 0
    row = read_csv(capsys.readouterr().out)[0]
    assert [row[f"label_{rank}"] for rank in range(1, count + 1)] == [name for name, _ in ranked("good film")][:count]
    assert len(row) == 3 + 2 * count


def test_jsonl_has_labels_and_scores_best_first(tiny_version: Path, texts: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    assert predict(tiny_version, texts, "--format", "jsonl", "--top-k", 0, "--output", output) == 0
    rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [row["text"] for row in rows] == list(TEXTS)
    for row in rows:
        expected = ranked(row["text"])
        assert list(row["scores"]) == [name for name, _ in expected]
        assert row["labels"] == [expected[0][0]]
        assert list(row["scores"].values()) == pytest.approx([score for _, score in expected], abs=1e-6)
    assert "电影" in output.read_text(encoding="utf-8")


def test_multi_label_joins_what_reaches_its_threshold(
    tiny_multi_label_version: Path, texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict(tiny_multi_label_version, texts) == 0
    for row in read_csv(capsys.readouterr().out):
        scores = reference_scores(row["text"], multi_label=True)
        assert row["labels"] == "|".join(name for name, score in zip(LABELS, scores, strict=True) if score >= 0.5)


def test_standard_input_is_one_text_a_line(
    tiny_version: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = io.BufferedReader(io.BytesIO(b"good film\n\nbad plot\n"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream, encoding="utf-8"))
    assert predict(tiny_version, "-") == 0
    assert [row["text"] for row in read_csv(capsys.readouterr().out)] == ["good film", "", "bad plot"]


def test_text_with_quotes_commas_and_line_ends_comes_back_from_csv(tiny_version: Path, tmp_path: Path) -> None:
    source, output = tmp_path / "texts.jsonl", tmp_path / "out.csv"
    text = 'good, "film"\r\nplot'
    source.write_text(json.dumps({"body": text}) + "\n")
    assert predict(tiny_version.parent, source, "--text-column", "body", "--output", output) == 0
    assert [row["text"] for row in read_csv(output.read_bytes().decode())] == [text]


def test_bad_rows_stop_or_are_left_out_and_told(
    tiny_version: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "texts.jsonl"
    source.write_text('{"text": "good"}\noops\n{"text": "bad"}\n')
    assert predict(tiny_version, source) == 2
    assert f"{source}:2" in capsys.readouterr().err
    assert predict(tiny_version, source, "--on-bad-row", "skip") == 1
    captured = capsys.readouterr()
    assert [row["text"] for row in read_csv(captured.out)] == ["good", "bad"]
    assert f"{source}:2" in captured.err


def test_a_place_that_cannot_be_written_is_named(
    tiny_version: Path, texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict(tiny_version, texts, "--output", tmp_path / "no/out.csv") == 2
    assert "give another place with --output" in capsys.readouterr().err


def test_a_version_that_is_none_is_named(texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert predict(tmp_path / "no", texts) == 2
    assert "does not exist; give the directory of a version" in capsys.readouterr().err


def test_a_negative_top_k_is_refused(tiny_version: Path, texts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        predict(tiny_version, texts, "--top-k", -1)
    assert ended.value.code == 2
