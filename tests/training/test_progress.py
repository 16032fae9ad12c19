import io

import pytest

from training.progress import BarProgress, LineProgress, SilentProgress, format_seconds, make_progress


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_lines_come_at_intervals_with_the_time_left() -> None:
    stream, clock = io.StringIO(), Clock()
    for _ in LineProgress(stream, interval=10, clock=clock).track(range(10), 10, "epoch 1"):
        clock.now += 4
    assert stream.getvalue().splitlines() == [
        "epoch 1: 3/10, about 28 s left",
        "epoch 1: 6/10, about 16 s left",
        "epoch 1: 9/10, about 4 s left",
    ]


def test_all_kinds_pass_the_items_on() -> None:
    for progress in (SilentProgress(), LineProgress(io.StringIO()), BarProgress(io.StringIO())):
        assert list(progress.track("abc", 3, "letters")) == ["a", "b", "c"]


def test_messages_are_whole_lines() -> None:
    for kind in (LineProgress, BarProgress):
        stream = io.StringIO()
        kind(stream).message("done")
        assert stream.getvalue() == "done\n"


def test_a_terminal_gets_a_bar_and_a_pipe_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    assert isinstance(make_progress(stream), LineProgress)
    monkeypatch.setattr(stream, "isatty", lambda: True)
    assert isinstance(make_progress(stream), BarProgress)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.6, "1 min 00 s"), (125, "2 min 05 s"), (4200, "1 h 10 min")]
)
def test_seconds_read_well(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text
