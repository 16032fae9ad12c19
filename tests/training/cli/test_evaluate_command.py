"""`evaluate` on the command line: figures of an exported version on labelled texts."""

import json
from pathlib import Path

import pytest

from tests.service.tiny_version import LABELS, reference_scores
from training import __main__ as training_main

TEXTS = ("good film", "bad plot", "sport news", "goal", "好 电影")


def evaluate(version: Path, *arguments: object) -> int:
    return training_main.main(["evaluate", str(version), *map(str, arguments)])


def best(text: str) -> str:
    return LABELS[reference_scores(text).argmax()]


def other(label: str) -> str:
    return next(name for name in LABELS if name != label)


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Five texts with the label that the version gives them, but the last."""
    labels = [*map(best, TEXTS[:-1]), other(best(TEXTS[-1]))]
    path = tmp_path / "held-out.jsonl"
    rows = [{"text": text, "label": label} for text, label in zip(TEXTS, labels, strict=True)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_json_is_one_object_with_the_figures(
    tiny_version: Path, labelled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(tiny_version, labelled, "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    found = json.loads(line)
    assert (found["directory"], found["part"], found["texts"]) == (str(tiny_version), str(labelled), 5)
    assert found["metrics"]["accuracy"] == 0.8
    assert found["confusion"][LABELS.index(other(best(TEXTS[-1])))][LABELS.index(best(TEXTS[-1]))] == 1


def test_tables_name_version_figures_and_confusions(
    tiny_version: Path, labelled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(tiny_version.parent, labelled) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"tiny 1 on {labelled}: 5 texts\n")
    assert "0.8000" in text
    assert f"  {other(best(TEXTS[-1]))} taken for {best(TEXTS[-1])}: 1" in text


@pytest.mark.parametrize(("share", "code"), [("0.8", 0), ("0.81", 1)])
def test_fail_under_is_held_against_accuracy(tiny_version: Path, labelled: Path, share: str, code: int) -> None:
    assert evaluate(tiny_version, labelled, "--fail-under", share) == code


def test_multi_label_is_held_against_micro_f1(
    tiny_multi_label_version: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = []
    for text in TEXTS:
        scores = reference_scores(text, multi_label=True)
        rows.append(
            {"text": text, "labels": [name for name, score in zip(LABELS, scores, strict=True) if score >= 0.5]}
        )
    path = tmp_path / "held-out.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert evaluate(tiny_multi_label_version, path, "--json", "--fail-under", "1") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["metrics"]["micro_f1"] == 1
    assert found["confusion"] is None


def test_a_label_that_the_version_does_not_know_is_always_wrong(
    tiny_version: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "held-out.csv"
    path.write_text(f"text,label\ngood film,{best('good film')}\ngood film,unheard-of\n")
    assert evaluate(tiny_version, path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["metrics"]["accuracy"] == 0.5


def test_a_file_without_rows_is_an_error(
    tiny_version: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("text,label\n")
    assert evaluate(tiny_version, path) == 2
    assert "has no labelled texts to evaluate on" in capsys.readouterr().err
