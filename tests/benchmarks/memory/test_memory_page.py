"""The page and the plot: whole tables, means over seeds, and the same files from the same rows."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks.memory import __main__ as memory
from benchmarks.memory import page
from benchmarks.memory.page import write_page
from benchmarks.memory.plot import draw_plot, mean_by_place


def row(name: str, at: int, accuracy: float, experiment: str = "recall", seed: int = 0) -> dict[str, Any]:
    return {"experiment": experiment, "name": name, "at": at, "accuracy": accuracy, "seed": seed, "chance": 0.125}


def time_row(name: str, at: int, seconds: float) -> dict[str, Any]:
    times = {"train": seconds, "answer_batch": seconds / 2, "answer_one": seconds / 4}
    return {"experiment": "time", "name": name, "at": at, **times}


ROWS = [
    row("Elman", 10, 1.0),
    row("Elman", 1000, 0.25),
    row("GRU", 10, 1.0),
    row("GRU", 1000, 0.995),
    time_row("elman", 16, 0.02),
    time_row("elman", 64, 0.08),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the page goes, with an empty picture: drawing takes a second."""
    monkeypatch.setattr(page, "PAGE", tmp_path / "memory.md")
    monkeypatch.setattr(page, "draw_plot", lambda rows, path: path.touch())
    return tmp_path


def written(folder: Path, rows: list[dict[str, Any]], note: str = "") -> str:
    write_page(rows, note)
    return (folder / "memory.md").read_text(encoding="utf-8")


def cells(text: str, name: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.split("|")[2:-1]] for line in text.splitlines() if line.startswith(f"| {name} ")
    ]


def test_accuracies_are_in_percent_and_times_in_milliseconds(folder: Path) -> None:
    text = written(folder, ROWS)
    assert cells(text, "Elman") == [["100.0", "25.0"]]
    assert cells(text, "GRU") == [["100.0", "99.5"]]
    assert cells(text, "elman") == [["20.0", "80.0"], ["10.0", "40.0"], ["5.0", "20.0"]]
    assert "chance is 12.5" in text


def test_a_place_that_a_network_has_not_come_to_is_empty(folder: Path) -> None:
    assert cells(written(folder, [*ROWS, row("LSTM", 10, 0.5)]), "LSTM") == [["50.0", ""]]


def test_only_experiments_with_rows_have_a_section(folder: Path) -> None:
    assert len(re.findall("^## ", written(folder, ROWS), re.MULTILINE)) == 2


def test_the_verdict_is_the_distance_up_to_which_a_network_is_right(folder: Path) -> None:
    rows = [*ROWS, row("Jordan", 10, 0.3), row("Jordan", 1000, 0.95)]
    assert "a distance of: Elman 10; GRU 1,000; Jordan not at all." in written(folder, rows)


def test_several_seeds_give_their_mean(folder: Path) -> None:
    rows = [row("Elman", 10, 1.0), row("Elman", 10, 0.5, seed=1)]
    assert mean_by_place(rows, "accuracy") == {"Elman": {10: 0.75}}
    text = written(folder, rows)
    assert "means of 2 runs" in text
    assert cells(text, "Elman") == [["75.0"]]


def test_the_note_and_the_picture_stand_above_the_tables(folder: Path) -> None:
    text = written(folder, ROWS, "The machine did other work.")
    picture = re.search(r"!\[.*\]\((.*)\)", text)
    assert picture
    assert (folder / picture[1]).is_file()
    assert text.index("The machine did other work.") < picture.start() < text.index("## ")


def test_the_plot_names_every_network_and_chance_and_is_the_same_again(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        draw_plot(ROWS, tmp_path / name)
    one, two = ((tmp_path / name).read_text(encoding="utf-8") for name in ("one.svg", "two.svg"))
    assert one == two
    for name in ("Elman", "GRU", "chance", "elman"):
        assert f"<!-- {name} -->" in one


def test_what_is_done_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "WORK", tmp_path)
    runs: list[int] = []

    def run() -> list[dict[str, Any]]:
        runs.append(1)
        return ROWS

    memory._keep("recall-00-0", run)
    memory._keep("recall-00-0", run)
    assert runs == [1]
    assert json.loads((tmp_path / "recall-00-0.json").read_text(encoding="utf-8")) == ROWS


def test_a_run_that_is_interrupted_leaves_nothing_to_go_on_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run() -> list[dict[str, Any]]:
        raise KeyboardInterrupt

    monkeypatch.setattr(memory, "WORK", tmp_path)
    with pytest.raises(KeyboardInterrupt):
        memory._keep("recall-00-0", run)
    assert list(tmp_path.iterdir()) == []
