"""Which commands may use a GPU, and how much of it."""

import os
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from training import __main__ as training_main
from training import quiet_start
from training.cli import check, compare, evaluate, predict, train, vectors

GROWTH = "TF_FORCE_GPU_ALLOW_GROWTH"


@pytest.mark.parametrize(("gpu", "hidden"), [(True, []), (False, [([], "GPU")])])
def test_gpus_are_hidden_where_they_are_not_wanted(
    monkeypatch: pytest.MonkeyPatch, gpu: bool, hidden: list[Any]
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(tf.config, "set_visible_devices", lambda *arguments: calls.append(arguments))
    monkeypatch.setattr(quiet_start, "_is_loaded", lambda: False)
    quiet_start.load_tensorflow(gpu)
    assert calls == hidden


@pytest.mark.parametrize(("before", "after"), [(None, "true"), ("false", "false")])
def test_takes_no_more_memory_of_a_gpu_than_it_needs_unless_told_so(
    monkeypatch: pytest.MonkeyPatch, before: str | None, after: str
) -> None:
    monkeypatch.setenv(GROWTH, before or "")
    if before is None:
        monkeypatch.delenv(GROWTH)
    monkeypatch.setattr(quiet_start, "_is_loaded", lambda: False)
    quiet_start.load_tensorflow()
    assert os.environ[GROWTH] == after


@pytest.mark.parametrize(
    ("command", "arguments", "gpu"),
    [
        (train, ["train", "--train", "texts.csv"], True),
        (compare, ["compare", "texts.csv"], True),
        (evaluate, ["evaluate", "models/news", "texts.csv"], False),
        (predict, ["predict", "models/news", "texts.csv"], False),
        (check, ["check", "--train", "texts.csv"], False),
        (vectors, ["vectors", "texts.csv", "--output", "texts.vec"], False),
    ],
)
def test_what_trains_a_network_may_use_a_gpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Any, arguments: list[str], gpu: bool
) -> None:
    seen: list[bool] = []

    def load_tensorflow(gpu: bool = True) -> None:
        seen.append(gpu)
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    Path("texts.csv").write_text("text,label\ngood,a\nbad,b\n", encoding="utf-8")
    monkeypatch.setattr(command, "load_tensorflow", load_tensorflow)
    training_main.main(arguments)
    assert seen == [gpu]
