"""Line charts: every value in its place on the paper, with its name escaped."""

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

import pytest

from training.report.charts import line_chart

WIDTH, HEIGHT = 460, 220


def draw(curves: Mapping[str, Sequence[float]], marked: int = 0, title: str = "loss") -> ElementTree.Element:
    return ElementTree.fromstring(line_chart(title, curves, marked))


def points(curve: ElementTree.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (point.split(",") for point in curve.attrib["points"].split())]


def ticks(svg: ElementTree.Element, anchor: str) -> list[str]:
    return [text.text or "" for text in svg.findall("text") if text.attrib["text-anchor"] == anchor]


def test_equal_steps_of_value_and_epoch_are_equal_steps_on_the_paper() -> None:
    (curve,) = draw({"train": [3.0, 2.0, 1.0]}).findall("polyline")
    (x1, y1), (x2, y2), (x3, y3) = points(curve)
    assert x1 < x2 < x3
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2)
    assert y1 < y2 < y3  # y points down
    assert y2 - y1 == pytest.approx(y3 - y2, abs=0.2)


@pytest.mark.parametrize(
    "curves",
    [
        {"one": [0.5]},
        {"flat": [1.0, 1.0, 1.0]},
        {"zero": [0.0, 0.0]},
        {"far": [1e-9, 1e9]},
        {"a": [1, 2, 3], "b": [-7]},
    ],
)
def test_everything_stays_on_the_paper(curves: Mapping[str, Sequence[float]]) -> None:
    svg = draw(curves, marked=1)
    assert svg.attrib["viewBox"] == f"0 0 {WIDTH} {HEIGHT}"
    for curve, values in zip(svg.findall("polyline"), curves.values(), strict=True):
        assert len(points(curve)) == len(values)
        assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in points(curve))


def test_the_same_value_has_the_same_height_in_every_curve() -> None:
    one, other = draw({"train": [1.0, 3.0], "dev": [2.0, 1.0]}).findall("polyline")
    assert points(one)[0][1] == points(other)[1][1]


def test_the_mark_stands_at_its_epoch() -> None:
    svg = draw({"train": [3.0, 2.0, 1.0]}, marked=2)
    (mark,) = (line for line in svg.findall("line") if line.attrib["class"] == "mark")
    (curve,) = svg.findall("polyline")
    assert float(mark.attrib["x1"]) == float(mark.attrib["x2"]) == points(curve)[1][0]


@pytest.mark.parametrize("marked", [0, 4, -1])
def test_there_is_no_mark_for_no_epoch(marked: int) -> None:
    assert "mark" not in {line.attrib["class"] for line in draw({"train": [3.0, 2.0, 1.0]}, marked).findall("line")}


def test_epochs_count_from_one_and_no_more_than_ten_are_named() -> None:
    assert ticks(draw({"train": [1.0, 2.0, 3.0]}), "middle") == ["1", "2", "3"]
    named = ticks(draw({"train": [float(epoch) for epoch in range(95)]}), "middle")
    assert named == [str(epoch) for epoch in range(1, 95, 10)]


def test_values_are_named_beside_the_grid_from_low_to_high() -> None:
    named = [float(value) for value in ticks(draw({"train": [0.0, 100.0]}), "end")]
    assert named == sorted(named)
    assert (named[0], named[2], named[-1]) == (-5, 50, 105)


def test_names_are_escaped() -> None:
    svg = draw({'</svg><script>"&': [1.0]}, title='"><script>&amp;')
    assert svg.attrib["aria-label"] == svg.findtext("title") == '"><script>&amp;'
    assert svg.findtext("polyline/title") == '</svg><script>"&'
    assert svg.find(".//script") is None
