"""From a finished run to the ModelInfo that travels with the exported version."""

from textgate.v1.model_info_pb2 import Label, ModelInfo, Tokenizer
from training.config import TokenizerConfig
from training.examples import Task
from training.export.model_info import SCHEMA_VERSION, library_versions
from training.record import RunRecord
from training.vocabulary import PADDING_ID, UNKNOWN_ID

_TASKS = {Task.MULTI_CLASS: ModelInfo.MULTI_CLASS, Task.MULTI_LABEL: ModelInfo.MULTI_LABEL}
_ENCODINGS = {"one_hot": ModelInfo.ONE_HOT, "embedding": ModelInfo.EMBEDDING}


def describe_model(record: RunRecord) -> ModelInfo:
    """All of ModelInfo but the version and the digests, which are known at the export only."""
    config, thresholds = record.config, record.calibration.thresholds
    info = ModelInfo(
        schema_version=SCHEMA_VERSION,
        name=record.name,
        task=_TASKS[record.task],
        labels=[
            Label(name=name, threshold=float(threshold))
            for name, threshold in zip(record.label_names, thresholds, strict=True)
        ],
        temperature=record.calibration.temperature,
        encoding=_ENCODINGS[config.model.encoding],
        architecture=config.model.architecture,
        max_tokens=config.tokenizer.max_tokens,
        tokenizer=_describe_tokenizer(config.tokenizer),
        vocabulary_size=record.vocabulary_size,
        test_metrics=record.evaluation.metrics if record.has_test else {},
        data_fingerprint=record.data_fingerprint,
        library_versions=library_versions(),
        token_quantiles=record.token_quantiles,
    )
    info.created_at.FromDatetime(record.created_at)
    return info


def _describe_tokenizer(config: TokenizerConfig) -> Tokenizer:
    return Tokenizer(
        mode=config.mode,
        lower_case=config.lower_case,
        fold_compatibility=config.fold_compatibility,
        padding_id=PADDING_ID,
        unknown_id=UNKNOWN_ID,
    )
