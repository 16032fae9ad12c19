"""The verification of an export: golden texts in one batch, alone and in small batches, in a process of its own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from google.protobuf import json_format

from tests.service.tiny_version import GOLDEN_TEXTS, reference_scores, write_model_info
from textgate.v1.model_info_pb2 import ModelInfo
from training.errors import ExportError
from training.export.exported_model import ExportedModel
from training.export.verify import main, verify, verify_in_fresh_process


def tamper_with_a_golden_score(version: Path) -> None:
    """Change one score by more than the tolerance, and the digest with it."""
    info = json_format.Parse((version / "assets.extra/model.json").read_text(encoding="utf-8"), ModelInfo())
    path = version / "assets.extra/golden.jsonl"
    score = repr(float(reference_scores("good")[0]))
    changed = path.read_text(encoding="utf-8").replace(score, str(float(score) + 2e-5))
    path.write_text(changed, encoding="utf-8")
    write_model_info(version, info)


def test_a_fresh_process_refuses_a_version_whose_golden_score_was_tampered_with(version: Path) -> None:
    tamper_with_a_golden_score(version)
    message = "fails its verification: 1 of 16 golden texts scored in one batch differ .* 'good' by 2e-05"
    with pytest.raises(ExportError, match=message):
        verify_in_fresh_process(version)


def test_a_version_that_scores_as_it_should_passes(tiny_version: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tiny_version)]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_version_that_does_not_ends_with_1_and_the_reason(version: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper_with_a_golden_score(version)
    assert main([str(version)]) == 1
    assert capsys.readouterr().err.startswith("1 of 16 golden texts scored in one batch differ")


def test_without_a_directory_the_usage_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage: python -m training.export.verify DIRECTORY" in capsys.readouterr().err


class BatchDependentModel:
    """Scores as the reference does, but for batches of one size."""

    def __init__(self, directory: Path, bad_size: int) -> None:
        self.directory = directory
        self._bad_size = bad_size

    def scores(self, texts: Sequence[str], batch_size: int) -> npt.NDArray[Any]:
        scores = np.array([reference_scores(text) for text in texts])
        return scores + 1e-3 * (batch_size == self._bad_size)


@pytest.mark.parametrize(
    ("bad_size", "how"), [(len(GOLDEN_TEXTS), "in one batch"), (1, "alone"), (5, "in small batches")]
)
def test_a_score_that_depends_on_the_batch_is_found(
    tiny_version: Path, monkeypatch: pytest.MonkeyPatch, bad_size: int, how: str
) -> None:
    monkeypatch.setattr(ExportedModel, "open", lambda path: BatchDependentModel(path, bad_size))
    with pytest.raises(ExportError, match=f"16 of 16 golden texts scored {how} differ"):
        verify(tiny_version)
