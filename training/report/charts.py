"""Learning curves as inline SVG: no script, no file beside the page, colours by the page's own style sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 460, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 12, 14, 34
_TICKS = 4


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to places on the paper."""

    low: float
    high: float
    count: int

    def x(self, index: int) -> float:
        return _LEFT + index / max(1, self.count - 1) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return _TOP + (self.high - value) / (self.high - self.low) * (_HEIGHT - _TOP - _BOTTOM)


def line_chart(title: str, curves: Mapping[str, Sequence[float]], marked: int) -> str:
    """Curves over the epochs, which count from 1.

    Args:
        title: what is shown, for those who cannot see it.
        curves: name to one finite value an epoch; at least one curve with one epoch.
        marked: the epoch to mark with a vertical line; 0 for none.

    Returns:
        An `<svg>` element.
    """
    values = [value for curve in curves.values() for value in curve]
    margin = (max(values) - min(values)) * 0.05 or 0.05
    scale = _Scale(min(values) - margin, max(values) + margin, max(map(len, curves.values())))
    parts = [*_grid(scale), *_epochs(scale), *_mark(scale, marked)]
    for number, (name, curve) in enumerate(curves.items()):
        parts += _curve(scale, number, name, curve)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _grid(scale: _Scale) -> list[str]:
    parts = []
    for tick in range(_TICKS + 1):
        value = scale.low + (scale.high - scale.low) * tick / _TICKS
        y = scale.y(value)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.3g}</text>')
    return parts


def _epochs(scale: _Scale) -> list[str]:
    step = max(1, -(-scale.count // 10))
    return [
        f'<text class="tick" x="{scale.x(index):.1f}" y="{_HEIGHT - 14}" text-anchor="middle">{index + 1}</text>'
        for index in range(0, scale.count, step)
    ]


def _mark(scale: _Scale, marked: int) -> list[str]:
    if not 1 <= marked <= scale.count:
        return []
    x = scale.x(marked - 1)
    return [f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>']


def _curve(scale: _Scale, number: int, name: str, curve: Sequence[float]) -> list[str]:
    places = [(scale.x(index), scale.y(value)) for index, value in enumerate(curve)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = [f'<circle class="dot{number}" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in places]
    return [f'<polyline class="curve{number}" points="{points}"><title>{escape(name)}</title></polyline>', *dots]
