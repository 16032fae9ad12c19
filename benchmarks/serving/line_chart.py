"""A chart of lines as an SVG file: no library, no script, readable on light and dark pages."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 40, 50
COLOURS = ("#0b6bcb", "#d1495b", "#2e8b57", "#8a5a00")
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """From values to places on the paper.

    Args:
        title: what it shows, with the unit.
        low, high: the values at its ends.
        logarithmic: whether equal steps are equal factors; then `low` must be above zero.
    """

    title: str
    low: float
    high: float
    logarithmic: bool = False

    def share(self, value: float) -> float:
        """Where a value is between the ends, from 0 to 1."""
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Round values between the ends."""
        if self.logarithmic:
            first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
            values = [step * 10.0**power for power in range(first, last + 1) for step in (1, 2, 5)]
        else:
            rough = (self.high - self.low) / 5
            power = 10 ** math.floor(math.log10(rough))
            step = next(power * size for size in (1, 2, 5, 10) if power * size >= rough)
            values = [step * number for number in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]
        return [value for value in values if self.low <= value <= self.high]


def line_chart(title: str, x: Axis, y: Axis, lines: Mapping[str, Points]) -> str:
    """Draw lines.

    Args:
        title: of the chart.
        x: the axis to the right.
        y: the axis upwards.
        lines: name to points, in order.

    Returns:
        The SVG file.
    """
    parts = [*_grid(x, y)]
    for number, (name, points) in enumerate(lines.items()):
        parts += _line(number, name, [(_x(x, value), _y(y, height)) for value, height in points])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="12" role="img"><title>{escape(title)}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
        f'<text x="{LEFT}" y="22" font-size="15">{escape(title)}</text>{"".join(parts)}</svg>\n'
    )


def _x(axis: Axis, value: float) -> float:
    return LEFT + axis.share(value) * (WIDTH - LEFT - RIGHT)


def _y(axis: Axis, value: float) -> float:
    return HEIGHT - BOTTOM - axis.share(value) * (HEIGHT - TOP - BOTTOM)


def _grid(x: Axis, y: Axis) -> Iterator[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for tick in x.ticks():
        place = _x(x, tick)
        yield f'<line x1="{place:.1f}" x2="{place:.1f}" y1="{TOP}" y2="{bottom}" stroke="#e3e3e3"/>'
        yield f'<text x="{place:.1f}" y="{bottom + 18}" text-anchor="middle">{tick:,g}</text>'
    for tick in y.ticks():
        place = _y(y, tick)
        yield f'<line x1="{LEFT}" x2="{right}" y1="{place:.1f}" y2="{place:.1f}" stroke="#e3e3e3"/>'
        yield f'<text x="{LEFT - 8}" y="{place + 4:.1f}" text-anchor="end">{tick:,g}</text>'
    yield f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 12}" text-anchor="middle">{escape(x.title)}</text>'
    middle = (TOP + bottom) / 2
    yield f'<text transform="rotate(-90 16 {middle})" x="16" y="{middle}" text-anchor="middle">{escape(y.title)}</text>'


def _line(number: int, name: str, places: Points) -> Iterator[str]:
    colour = COLOURS[number % len(COLOURS)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for x, y in places:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
    height = TOP + 20 * number
    yield f'<circle cx="{WIDTH - RIGHT + 20}" cy="{height}" r="5" fill="{colour}"/>'
    yield f'<text x="{WIDTH - RIGHT + 32}" y="{height + 4}">{escape(name)}</text>'
