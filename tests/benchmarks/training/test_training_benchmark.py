"""The training benchmark: the same network in all systems, honest ratios, verdicts on both sides of a target."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.training import ours, page
from benchmarks.training.__main__ import _row
from benchmarks.training.keras_fit import _make_model
from benchmarks.training.system import KERAS, OURS, TORCH, WITH_NGRAMS, System
from benchmarks.training.texts import FIRST_WORD, VOCABULARY_SIZE, write_texts


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("texts") / "texts.npz"
    write_texts(path, texts=24, tokens=6)
    return path


def test_texts_are_full_and_frequent_words_come_often(texts: Path, tmp_path: Path) -> None:
    with np.load(texts) as arrays:
        assert arrays["token_ids"].shape == (24, 6)
    write_texts(tmp_path / "many.npz", texts=500, tokens=40)
    with np.load(tmp_path / "many.npz") as arrays:
        counts = np.bincount(arrays["token_ids"].ravel(), minlength=VOCABULARY_SIZE)
    assert counts[:FIRST_WORD].sum() == 0
    assert counts[FIRST_WORD] / counts[FIRST_WORD + 1] == pytest.approx(2, rel=0.2)  # Zipf: 1 / rank


def test_ours_and_keras_train_a_network_of_as_many_weights_but_for_the_table_of_ngrams(texts: Path) -> None:
    assert ours.train_once(str(texts), 8, input_ngrams=1, ngram_rows=64) > 0
    step = ours._make_step(8, 1, 64)
    assert step._model.count_params() == _make_model().count_params()


def test_a_system_is_a_process_that_answers_each_pass(texts: Path) -> None:
    program = "import json, sys\nfor line in sys.stdin: print(len(json.loads(line)), flush=True)"
    with System("counts", [sys.executable, "-c", program], {"extra": 1}) as system:
        assert system.train(texts, 8) == system.train(texts, 8) == 3


def test_a_system_that_has_ended_says_so(texts: Path) -> None:
    ended = pytest.raises(RuntimeError, match="broken has ended, exit code 3")
    with System("broken", [sys.executable, "-c", "input(); raise SystemExit(3)"]) as system, ended:
        system.train(texts, 8)


def test_a_row_holds_ours_against_theirs_round_by_round() -> None:
    row = _row(32, TORCH, texts=100, seconds=[2.0, 4.0, 3.0], ours=[1.0, 1.0, 2.0])
    assert (row["median"], row["min"], row["max"]) == (33.3, 25.0, 50.0)
    assert row["ratio"] == 2.0


@pytest.mark.parametrize(
    ("system", "ratio", "verdict"),
    [
        (TORCH, 1.5, "met"),
        (TORCH, 1.49, "missed"),
        (KERAS, 2.49, "missed"),
        (WITH_NGRAMS, 1.3, "met"),
        (WITH_NGRAMS, 1.31, "missed"),
    ],
)
def test_a_target_is_met_from_its_bound_on(system: str, ratio: float, verdict: str) -> None:
    assert page.verdict({"system": system, "ratio": ratio}) == verdict


def test_the_page_has_every_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PAGE", tmp_path / "page.md")
    rows: list[dict[str, Any]] = [_row(32, name, 100, [1.0, 2.0], [1.0, 2.0]) for name in (OURS, KERAS)]
    page.write_page([*rows, {"figure": "peak memory", "unit": "MiB", "median": 5000}], 2, 128, "Keras 1")
    written = page.PAGE.read_text(encoding="utf-8")
    assert "| 32 | Keras `fit` | 67 (50 to 100) | 1.00, ≥ 2.5: missed |" in " ".join(written.split())
    assert "5,000 MiB at most" in written
    assert "4,096, missed" in written


def test_the_results_are_those_of_the_page() -> None:
    results = json.loads((Path(page.__file__).parents[1] / "results" / "training.json").read_text(encoding="utf-8"))
    written = page.PAGE.read_text(encoding="utf-8")
    for row in results["figures"]:
        assert f"{row['median']:,.0f}" in written
