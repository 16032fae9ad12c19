import json
from pathlib import Path

import numpy as np
import pytest

from service.models.golden import Golden, read_golden, verify_golden
from service.servable import ModelLoadError
from service.tokenizing.tokens import Tokens
from tests.service.fakes import FakeServable

GOOD = {"text": "250 1", "scores": [0.749, 0.251]}


def write(directory: Path, *lines: object) -> Path:
    (directory / "assets.extra").mkdir()
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    (directory / "assets.extra" / "golden.jsonl").write_text(text, encoding="utf-8")
    return directory


def golden(directory: Path, *lines: object) -> Golden:
    return read_golden(write(directory, *lines), labels=2)


def test_expected_scores_pass(tmp_path: Path) -> None:
    verify_golden(golden(tmp_path, GOOD, {"text": "", "scores": [1, 0]}), FakeServable())


def test_small_difference_between_processors_passes(tmp_path: Path) -> None:
    verify_golden(golden(tmp_path, {"text": "250 1", "scores": [0.74905, 0.25095]}), FakeServable())


def test_line_with_another_score_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match=r"line 2: a score differs by 0\.001"):
        verify_golden(golden(tmp_path, GOOD, {"text": "250", "scores": [0.751, 0.249]}), FakeServable())


@pytest.mark.parametrize("scores", [np.full((1, 2), np.nan, np.float32), np.zeros((1, 3), np.float32)])
def test_scores_that_are_not_finite_or_of_another_shape_fail(tmp_path: Path, scores: np.ndarray) -> None:
    class Broken(FakeServable):
        def score(self, tokens: Tokens) -> np.ndarray:
            return scores

    with pytest.raises(ModelLoadError):
        verify_golden(golden(tmp_path, GOOD), Broken())


def test_text_may_hold_unicode_line_separators(tmp_path: Path) -> None:
    line = json.dumps({"text": "a\u2028b", "scores": [1, 0]}, ensure_ascii=False)
    assert read_golden(write(tmp_path, line), labels=2).texts == ["a\u2028b"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 1: expected an object"),
        ([], "line 1: expected an object"),
        ({"text": "a"}, "line 1: expected an object"),
        ({"text": 1, "scores": [1, 0]}, "line 1: expected an object"),
        ({"text": "\ud800", "scores": [1, 0]}, "line 1: expected an object"),
        ({"text": "a", "scores": [1]}, "line 1: 1 scores for 2 labels"),
        ("", "is empty"),
    ],
)
def test_malformed_file_is_reported(tmp_path: Path, line: object, reason: str) -> None:
    with pytest.raises(ModelLoadError, match=reason):
        read_golden(write(tmp_path, line), labels=2)


def test_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match="cannot read"):
        read_golden(tmp_path, labels=2)
