"""The page of performance: every figure, every target, and a verdict that the figures bear out."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks.serving import page as page_module
from benchmarks.serving import plots
from benchmarks.serving.limits import sentences
from benchmarks.serving.load import RECORD, Calls
from benchmarks.serving.statistics import Row, against, row
from benchmarks.serving.targets import TARGETS, Target
from benchmarks.serving.workloads.overload import outcome_of

SINGLE = "single texts of thucnews, embedding BiLSTM"


def ours(ratio: float, ratio_to: str = "Triton", workload: str = SINGLE, figure: str = "calls answered") -> Row:
    plain = row(workload, "Textgate", figure, "1/s", [1500.0 * ratio], "abc")
    return against(plain, [1500.0 * ratio], ratio_to, [1500.0])


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    path = tmp_path / "performance.md"
    monkeypatch.setattr(page_module, "PAGE", path)

    def write(rows: list[Row], **changes: Any) -> str:
        page_module.write_page(rows, **{"rounds": 5, "left_out": {}, "plots": [], **changes})
        return path.read_text(encoding="utf-8")

    return write


def line_of(text: str, about: str) -> list[str]:
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {about} |")]
    return [cell.strip() for cell in line.split("|")[2:-1]]


@pytest.mark.parametrize(("ratio", "verdict"), [(1.5, "met"), (1.49, "**lost**")])
def test_a_target_is_met_or_lost_by_the_ratio(page: Any, ratio: float, verdict: str) -> None:
    text = page([ours(ratio)])
    assert line_of(text, "single texts a second, against Triton") == ["≥ 1.5×", f"{ratio:g}×", verdict]
    assert f"{int(verdict == 'met')} are met and {int(verdict != 'met')} are lost" in text


def test_of_two_peers_the_better_one_counts(page: Any) -> None:
    many = {"workload": "64 texts of thucnews a call, embedding BiLSTM", "figure": "texts scored"}
    text = page([ours(3.0, "Triton", **many), ours(1.25, "MLServer", **many)])
    assert line_of(text, "64 texts a call, against the best peer") == ["≥ 2×", "1.25×", "**lost**"]


def test_a_target_without_figures_is_said_to_be_not_measured(page: Any) -> None:
    text = page([])
    assert "Of 0 targets that were measured" in text
    assert all(line_of(text, target.about)[2] == "not measured" for target in TARGETS)


def test_nothing_is_won_against_a_system_that_does_not_answer() -> None:
    silent = {**ours(1.0), "ratio": None}
    assert TARGETS[0].value([silent]) is None


def test_an_upper_bound_is_lost_by_what_has_no_number() -> None:
    target = Target("", "work", "p99", ("alone",), at_most=2)
    late = {**ours(1.0, "alone", "work", "p99"), "ratio": None}
    value = target.value([late])
    assert value is not None
    assert not target.is_met(value)


def test_every_figure_has_a_line_with_all_that_it_is_held_against(page: Any) -> None:
    text = page([ours(2.0), ours(2.0, "MLServer"), row(SINGLE, "Triton", "calls answered", "1/s", [1500, 1400], "abc")])
    assert "| Textgate | calls answered | 3,000 1/s |  | 2× Triton, 2× MLServer |" in text
    assert "| Triton | calls answered | 1,450 1/s | 1,400 to 1,500 |  |" in text


def test_a_system_that_was_not_there_is_said_to_be_left_out(page: Any) -> None:
    assert line_of(page([], left_out={"Triton": "its environment is missing"}), "Triton") == [
        "its environment is missing"
    ]


def test_tables_are_whole(page: Any) -> None:
    text = page([ours(2.0), ours(2.0, workload="other")], plots=["images/goodput.svg"], note="Taken at night.")
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({line.count("|") for line in block.splitlines()}) == 1
    assert "![goodput](images/goodput.svg)" in text
    assert "Taken at night." in text


def test_limits_are_said_by_the_arithmetic_of_the_figures() -> None:
    def figure(system: str, name: str, value: float) -> Row:
        return row(SINGLE, system, name, "", [value], "abc")

    rows = [
        figure("Textgate", "calls answered", 1800),
        figure("Textgate", "processor time of the server a call", 0.7),
        figure("Textgate", "processor time of the caller a call", 0.1),
        figure("empty grpc.aio handler", "processor time of the server a call", 0.25),
    ]
    whole, library = sentences(rows, processors=2)
    assert "2 processors allow 2,500 calls a second at most, of which 1,800 (72 %)" in whole
    assert "takes 0.25 ms" in library
    assert "0.45 ms are left" in library
    assert list(sentences([])) == []


def overload_rows(system: str, goodputs: list[float | None]) -> list[Row]:
    rows = []
    for load, goodput in zip((3, 0.5, 1), goodputs, strict=True):
        name = f"single texts, {load:g}× capacity, deadline 100 ms, embedding BiLSTM"
        rows.append(row(name, system, "offered", "1/s", [1000 * load], "abc"))
        for figure in ("answered in time", "p99 latency"):
            rows.append({**row(name, system, figure, "1/s", [1.0], "abc"), "median": goodput})
    return rows


def test_points_are_in_order_of_the_offered_load_and_gaps_are_left_out() -> None:
    found = plots.points_of(overload_rows("ours", [30.0, 5.0, None]), "answered in time")
    assert found == {"ours": [(500.0, 5.0), (3000.0, 30.0)]}


def test_pictures_are_svg_with_a_point_for_each_figure(tmp_path: Path) -> None:
    rows = [*overload_rows("ours", [30.0, 5.0, 10.0]), *overload_rows("theirs & others", [3.0, 5.0, None])]
    paths = plots.draw(rows, tmp_path / "images")
    assert paths == ["images/goodput-over-offered-load.svg", "images/latency-over-offered-load.svg"]
    for path in paths:
        root = ElementTree.fromstring((tmp_path / path).read_text(encoding="utf-8"))
        circles = root.findall("{*}circle")
        assert len(circles) == 3 + 2 + 2  # the points, and one a line of the legend
        assert all(
            0 <= float(circle.attrib["cx"]) <= 720 and 0 <= float(circle.attrib["cy"]) <= 400 for circle in circles
        )


def test_without_an_overload_there_are_no_pictures(tmp_path: Path) -> None:
    assert plots.draw([ours(2.0)], tmp_path / "images") == []


def test_an_outcome_counts_answers_in_time_refusals_and_calls_that_were_given_up() -> None:
    records = np.zeros(7, RECORD)
    records["scheduled"] = [0.5, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5]  # the first one belongs to the warm-up
    records["sent"] = records["scheduled"]
    records["finished"] = records["scheduled"] + [9.0, 0.05, 0.2, 0.004, 0.1, 0.06, 0.11]
    records["status"] = [8, 0, 0, 8, 4, 0, 4]  # the last one was ended by the server, but no sooner than by the caller
    records["given_up"] = [0, 0, 0, 0, 1, 0, 0]
    outcome = outcome_of(Calls(records, b""), warm_up=1.0, seconds=2.0)
    assert outcome.offered == 3
    assert outcome.goodput == 1.0  # two within 100 ms in two seconds; the third answer came too late
    assert (outcome.refused, outcome.expired) == (pytest.approx(100 / 6), pytest.approx(200 / 6))
    assert outcome.median == pytest.approx(60)
    assert outcome.p99 == pytest.approx(200)
    assert outcome.slowest_refusal == pytest.approx(4)
