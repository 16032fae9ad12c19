"""An exported version, opened: digests first, then scores in the order of the texts."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from google.protobuf import json_format

from tests.service.tiny_version import GOLDEN_TEXTS, LABELS, reference_scores, write_model_info
from textgate.v1.model_info_pb2 import ModelInfo
from training.errors import ExportError
from training.examples import Task
from training.export.exported_model import ExportedModel


def test_scores_are_those_of_the_reference_in_the_order_of_the_texts(tiny_version: Path) -> None:
    model = ExportedModel.open(tiny_version)
    texts = list(GOLDEN_TEXTS) * 3
    expected = np.array([reference_scores(text) for text in texts])
    for batch_size in (1, 7, 64):
        np.testing.assert_allclose(model.scores(texts, batch_size), expected, atol=1e-6)
    assert model.scores([]).shape == (0, len(LABELS))


def test_a_text_that_no_request_can_carry_is_scored_all_the_same(tiny_version: Path) -> None:
    assert np.isfinite(ExportedModel.open(tiny_version).scores(["\ud800 good"])).all()


def test_the_version_says_what_it_is(tiny_version: Path) -> None:
    model = ExportedModel.open(tiny_version)
    assert model.directory == tiny_version
    assert model.task is Task.MULTI_CLASS
    assert model.label_names == list(LABELS)
    assert model.thresholds.tolist() == [0, 0, 0]


def test_a_multi_label_version_has_thresholds(tiny_multi_label_version: Path) -> None:
    model = ExportedModel.open(tiny_multi_label_version)
    assert model.task is Task.MULTI_LABEL
    assert model.thresholds.tolist() == [0.5, 0.5, 0.5]


def test_a_model_directory_opens_its_newest_version(version: Path) -> None:
    assert ExportedModel.open(version.parent).directory == version


def test_a_changed_file_is_refused_before_it_is_loaded(version: Path) -> None:
    (version / "saved_model.pb").write_bytes(b"no model")
    with pytest.raises(ExportError, match=r"saved_model\.pb was changed after the export"):
        ExportedModel.open(version)


def test_a_newer_schema_is_refused(version: Path) -> None:
    path = version / "assets.extra/model.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | {"schemaVersion": 2}), encoding="utf-8")
    with pytest.raises(ExportError, match="schema_version 2, and this Textgate reads 1 to 1"):
        ExportedModel.open(version)


@pytest.mark.parametrize("damage", ["no model", None])
def test_what_tensorflow_cannot_load_is_named(version: Path, damage: str | None) -> None:
    text = (version / "assets.extra/model.json").read_text(encoding="utf-8")
    graph = version / "saved_model.pb"
    graph.unlink() if damage is None else graph.write_text(damage)
    write_model_info(version, json_format.Parse(text, ModelInfo()))
    with pytest.raises(ExportError, match=re.escape(f"{version} is not a SavedModel that TensorFlow can load: ")):
        ExportedModel.open(version)
