"""`python -m service score` over a model without TensorFlow: what it writes, resumes and refuses."""

import json
from pathlib import Path

import pytest

from service.bulk.command import main
from service.servable import Servable
from tests.service.fakes import FakeServable


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "models" / "numbers" / "1").mkdir(parents=True)
    return tmp_path / "models"


def load(directory: Path) -> Servable:
    return FakeServable()


def write_texts(path: Path, count: int) -> Path:
    path.write_text("".join(f"{number % 600}\n" for number in range(count)))
    return path


def score(*arguments: object) -> int:
    return main([str(argument) for argument in arguments], load)


def test_every_text_is_scored_in_order(repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts, output = write_texts(tmp_path / "t.txt", 3000), tmp_path / "out.jsonl"
    assert score(texts, "--repository", repository, "--output", output, "--top-k", 2, "--json") == 0
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    assert [row["source"] for row in rows] == [f"{texts}:{number + 1}" for number in range(3000)]
    assert all(row["scores"]["b"] == pytest.approx(int(row["text"]) / 1000, abs=1e-6) for row in rows)
    figures = json.loads(capsys.readouterr().out)
    assert (figures["texts"], figures["before"], figures["bad_rows"]) == (3000, 0, 0)


@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_an_output_that_was_broken_off_is_completed_as_if_it_never_was(
    repository: Path, tmp_path: Path, format: str
) -> None:
    texts, output = write_texts(tmp_path / "t.txt", 2000), tmp_path / "out"
    flags = (texts, "--repository", repository, "--output", output, "--format", format)
    assert score(*flags) == 0
    whole = output.read_bytes()
    output.write_bytes(whole[: len(whole) * 2 // 3])
    assert score(*flags, "--resume") == 0
    assert output.read_bytes() == whole
    assert score(*flags, "--resume") == 0
    assert output.read_bytes() == whole


def test_an_output_of_another_input_is_left_alone(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts, output = write_texts(tmp_path / "t.txt", 10), tmp_path / "out.jsonl"
    assert score(texts, "--repository", repository, "--output", output) == 0
    before = output.read_bytes()
    other = write_texts(tmp_path / "other.txt", 20)
    assert score(other, "--repository", repository, "--output", output, "--resume") == 2
    assert "it is not of this input" in capsys.readouterr().err
    assert score(texts, "--repository", repository, "--output", output) == 2
    assert "--resume goes on with it, --force writes over it" in capsys.readouterr().err
    assert output.read_bytes() == before


def test_bad_rows_end_it_or_are_left_out_and_told(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts, output = tmp_path / "t.jsonl", tmp_path / "out.jsonl"
    texts.write_text('{"text": "1"}\n{"txet": "2"}\n{"text": "3"}\n')
    flags = (texts, "--repository", repository, "--output", output, "--force")
    assert score(*flags) == 2
    assert f"{texts}:2: no text under 'text'" in capsys.readouterr().err
    assert score(*flags, "--on-bad-row", "skip") == 1
    assert "1 bad rows were left out" in capsys.readouterr().err
    assert [json.loads(line)["text"] for line in output.read_text().splitlines()] == ["1", "3"]


def test_which_model_is_asked_for_where_there_are_several(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "others" / "1").mkdir(parents=True)
    texts = write_texts(tmp_path / "t.txt", 3)
    assert score(texts, "--repository", repository) == 2
    assert "There are numbers, others: name one with --model" in capsys.readouterr().err
    assert score(texts, "--repository", repository, "--model", "numbers", "--version", 1) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--model", "absent"], "has no model 'absent'; there are numbers"),
        (["--version", "7"], "numbers has no version 7; there are 1"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: list[str], message: str
) -> None:
    assert score(write_texts(tmp_path / "t.txt", 3), "--repository", repository, *flags) == 2
    assert message in capsys.readouterr().err


def test_a_model_that_is_broken_is_reported_with_its_reason(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(directory: Path) -> Servable:
        raise ValueError("saved_model.pb has another SHA-256")

    texts = write_texts(tmp_path / "t.txt", 3)
    assert main([str(texts), "--repository", str(repository)], broken) == 2
    assert "numbers cannot be loaded" in (message := capsys.readouterr().err)
    assert "another SHA-256" in message


@pytest.mark.parametrize("flags", [["--json"], ["--resume"], ["--output", "x", "--resume", "--force"]])
def test_flags_that_make_no_sense_are_refused(repository: Path, flags: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        score("-", "--repository", repository, *flags)
    assert ended.value.code == 2
