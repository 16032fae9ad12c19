from dataclasses import replace

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from tests.training.records import LABELS, make_multi_label_record, make_record, without_test
from textgate.v1.model_info_pb2 import Label, ModelInfo, Tokenizer
from training.config import ModelConfig, TokenizerConfig
from training.description import describe_model


def test_a_run_becomes_a_model_info() -> None:
    info = describe_model(make_record())
    assert (info.schema_version, info.name, info.task) == (1, "news", ModelInfo.MULTI_CLASS)
    assert list(info.labels) == [Label(name=name) for name in LABELS]
    assert (info.temperature, info.vocabulary_size, info.max_tokens) == (1.25, 4321, 256)
    assert (info.encoding, info.architecture) == (ModelInfo.EMBEDDING, "bidirectional_lstm")
    assert info.data_fingerprint == "0123456789abcdef" * 4
    assert info.created_at == Timestamp(seconds=1772600760)  # date -u -d '2026-03-04 05:06' +%s
    assert info.test_metrics == {"accuracy": 0.75, "macro_f1": 0.625, "micro_f1": 0.75, "calibration_error": 0.0625}
    assert "keras" in info.library_versions
    assert list(info.token_quantiles) == list(range(2, 44, 2))


def test_what_the_export_alone_knows_is_left_open() -> None:
    info = describe_model(make_record())
    assert info.version == 0
    assert not info.sha256


def test_multi_label_has_a_threshold_for_each_label() -> None:
    info = describe_model(make_multi_label_record())
    assert info.task == ModelInfo.MULTI_LABEL
    assert [label.threshold for label in info.labels] == [0.25, 0.3125, 0.375]


def test_figures_of_dev_are_no_test_metrics() -> None:
    assert not describe_model(without_test(make_record())).test_metrics


@pytest.mark.parametrize("mode", ["unicode", "char", "whitespace"])
def test_tokenizer_and_input_are_those_of_the_settings(mode: str) -> None:
    record = make_record()
    tokenizer = TokenizerConfig(mode=mode, lower_case=False, fold_compatibility=False, max_tokens=7)
    config = replace(record.config, tokenizer=tokenizer, model=ModelConfig(encoding="one_hot", architecture="lstm"))
    info = describe_model(replace(record, config=config))
    assert info.tokenizer == Tokenizer(mode=mode, padding_id=0, unknown_id=1)
    assert (info.max_tokens, info.encoding, info.architecture) == (7, ModelInfo.ONE_HOT, "lstm")
