"""The directory of a version: what stands in it, and what its files say."""

import hashlib
import json
import os
import re
import stat

import pytest
import tensorflow as tf

from tests.contract.conftest import OpenVersion
from tests.exports import MAX_TOKENS, WORDS
from textgate.v1.model_info_pb2 import ModelInfo

REQUIRED = (
    "saved_model.pb",
    "fingerprint.pb",
    "variables/variables.index",
    "assets.extra/model.json",
    "assets.extra/config.json",
    "assets.extra/golden.jsonl",
    "assets.extra/tf_serving_warmup_requests",
    "assets.extra/report/report.html",
    "assets.extra/report/metrics.json",
    "assets.extra/report/MODEL_CARD.md",
)


@pytest.mark.parametrize("name", REQUIRED)
def test_every_promised_file_is_there_and_not_empty(version: OpenVersion, name: str) -> None:
    assert (version.directory / name).stat().st_size > 0


def test_the_files_of_lookup_tables_are_assets(version: OpenVersion) -> None:
    assert any((version.directory / "assets").iterdir())


def test_the_directory_is_repository_model_version(version: OpenVersion) -> None:
    assert version.directory.name == str(version.info.version) == "1"
    assert version.directory.parent.name == version.info.name == version.export.name


def test_nothing_half_written_stands_beside_the_version(version: OpenVersion) -> None:
    assert [entry.name for entry in version.directory.parent.iterdir()] == ["1"]


def test_others_may_read_the_files(version: OpenVersion) -> None:
    mask = os.umask(0)
    os.umask(mask)
    for path in (version.directory, *version.directory.rglob("*")):
        wanted = (0o777 if path.is_dir() else 0o666) & ~mask & (stat.S_IROTH | stat.S_IXOTH)
        assert path.stat().st_mode & wanted == wanted, path


def test_schema_version_comes_first_in_model_json(version: OpenVersion) -> None:
    text = (version.directory / "assets.extra/model.json").read_text(encoding="utf-8")
    assert next(iter(json.loads(text).items())) == ("schema_version", 1)


def test_model_info_describes_the_model(version: OpenVersion) -> None:
    info = version.info
    assert info.task == ModelInfo.Task.Value(version.export.task.upper())
    assert info.encoding == ModelInfo.Encoding.Value(version.export.encoding.upper())
    assert [label.name for label in info.labels] == sorted(WORDS)
    assert info.architecture == version.export.architecture
    assert info.max_tokens == MAX_TOKENS
    assert info.temperature > 0
    assert (info.tokenizer.mode, info.tokenizer.padding_id, info.tokenizer.unknown_id) == ("unicode", 0, 1)
    assert info.created_at.seconds > 1_700_000_000
    assert re.fullmatch("[0-9a-f]{64}", info.data_fingerprint)
    assert info.library_versions["tensorflow"] == tf.__version__


def test_vocabulary_size_is_that_of_the_table(version: OpenVersion) -> None:
    (vocabulary,) = (version.directory / "assets").iterdir()
    assert version.info.vocabulary_size == vocabulary.read_bytes().count(b"\n")


def test_thresholds_are_there_for_multi_label_alone(version: OpenVersion) -> None:
    thresholds = [label.threshold for label in version.info.labels]
    if version.info.task == ModelInfo.MULTI_LABEL:
        assert all(0 < threshold < 1 for threshold in thresholds)
    else:
        assert thresholds == [0, 0, 0]


def test_test_metrics_are_those_of_the_report(version: OpenVersion) -> None:
    metrics = json.loads((version.directory / "assets.extra/report/metrics.json").read_text(encoding="utf-8"))
    assert metrics["network"]["part"] == "test"
    assert dict(version.info.test_metrics) == metrics["network"]["metrics"]
    assert {"accuracy", "macro_f1", "micro_f1"} <= version.info.test_metrics.keys()


def test_sha256_is_named_for_every_file_but_model_json(version: OpenVersion) -> None:
    files = [path for path in version.directory.rglob("*") if path.is_file()]
    digests = {
        path.relative_to(version.directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }
    del digests["assets.extra/model.json"]
    assert dict(version.info.sha256) == digests


def test_the_report_needs_nothing_from_elsewhere(version: OpenVersion) -> None:
    html = (version.directory / "assets.extra/report/report.html").read_text(encoding="utf-8")
    assert not re.search(r"<script|<link|<iframe|src=|@import|url\(|https?://", html)
