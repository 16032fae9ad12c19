"""Writes a version directory, as small as the contract allows, without any of the training code.

The model splits at white space, looks words up, and scores the mean of their rows of a table. `reference_scores` does
the same in NumPy, so expected scores never come from the code under test.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from google.protobuf import json_format

from textgate.v1.model_info_pb2 import Label, ModelInfo, Tokenizer

WORDS = ("good", "bad", "film", "plot", "好", "坏", "电影", "news", "sport", "goal")
LABELS = ("negative", "neutral", "positive")
THRESHOLD = 0.5
NGRAM_KERNEL = np.array([0.125, 0.0, -0.25])
MAX_TOKENS = 8
GOLDEN_TEXTS = (
    "", " \t\n ", "zyx wvu", "good film " * 20, "😀 good", "مرحبا بالعالم", "好 film 电影 plot",
    "good", "bad", "film", "plot", "good plot", "bad plot", "sport news", "goal goal", "news \x00 news",
)  # fmt: skip


def reference_scores(
    text: str, multi_label: bool = False, max_tokens: int = MAX_TOKENS, ngrams: bool = False
) -> npt.NDArray[np.float64]:
    """What the tiny model must score: <float64>[labels]; its n-grams are the bytes of the text, counted."""
    ids = [WORDS.index(word) + 2 if word in WORDS else 1 for word in text.lower().split()][:max_tokens]
    logits = kernel()[ids].sum(axis=0) / max(len(ids), 1)
    if ngrams:
        logits = logits + len(text.encode()) * NGRAM_KERNEL
    exponentials = np.exp(logits)
    return 1 / (1 + 1 / exponentials) if multi_label else exponentials / exponentials.sum()


def kernel() -> npt.NDArray[np.float64]:
    """The table: <float64>[vocabulary, labels]."""
    rows, columns = np.mgrid[: len(WORDS) + 2, : len(LABELS)]
    return 2 * np.sin(3 * rows + 5 * columns)


def write_tiny_version(
    directory: Path,
    *,
    multi_label: bool = False,
    max_tokens: int = MAX_TOKENS,
    ngrams: bool = False,
    signatures: Sequence[str] = (),
) -> Path:
    """Write a valid version into `directory`; `signatures` keeps only those. Returns the directory."""
    import tensorflow as tf

    module, functions = _module(multi_label, max_tokens, ngrams)
    kept = {name: function for name, function in functions.items() if not signatures or name in signatures}
    tf.saved_model.save(module, str(directory), signatures=kept)
    extra = directory / "assets.extra"
    extra.mkdir()
    lines = [
        {"text": text, "scores": reference_scores(text, multi_label, max_tokens, ngrams).tolist()}
        for text in GOLDEN_TEXTS
    ]
    (extra / "golden.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    write_model_info(directory, tiny_info(multi_label, max_tokens))
    return directory


def tiny_info(multi_label: bool = False, max_tokens: int = MAX_TOKENS) -> ModelInfo:
    """What the tiny model says of itself, digests left out."""
    return ModelInfo(
        schema_version=1,
        name="tiny",
        version=1,
        task=ModelInfo.MULTI_LABEL if multi_label else ModelInfo.MULTI_CLASS,
        labels=[Label(name=name, threshold=THRESHOLD if multi_label else 0) for name in LABELS],
        temperature=1,
        encoding=ModelInfo.ONE_HOT,
        architecture="mean",
        max_tokens=max_tokens,
        tokenizer=Tokenizer(mode="whitespace", lower_case=True, unknown_id=1),
        vocabulary_size=len(WORDS) + 2,
    )


def write_model_info(directory: Path, info: ModelInfo) -> None:
    """Write model.json with the digests of the files as they are now."""
    path = directory / "assets.extra" / "model.json"
    path.unlink(missing_ok=True)
    info.sha256.clear()
    for file in sorted(file for file in directory.rglob("*") if file.is_file()):
        info.sha256[file.relative_to(directory).as_posix()] = hashlib.sha256(file.read_bytes()).hexdigest()
    path.write_text(json_format.MessageToJson(info), encoding="utf-8")


def _module(multi_label: bool, max_tokens: int, ngrams: bool) -> tuple[Any, dict[str, Any]]:
    import tensorflow as tf

    module = tf.Module()
    module.kernel = tf.Variable(kernel(), dtype=tf.float32)
    initializer = tf.lookup.KeyValueTensorInitializer(WORDS, tf.range(2, len(WORDS) + 2, dtype=tf.int32))
    module.table = tf.lookup.StaticHashTable(initializer, default_value=1)
    text = tf.TensorSpec([None], tf.string, name="text")
    token_ids = tf.TensorSpec([None, None], tf.int32, name="token_ids")
    length = tf.TensorSpec([None], tf.int32, name="length")
    ngram_logits = tf.TensorSpec([None, len(LABELS)], tf.float32, name="ngram_logits")

    @tf.function(input_signature=[text])
    def tokenize(text: Any) -> Any:
        words = tf.strings.split(tf.strings.lower(text))
        lengths = tf.cast(words.row_lengths(), tf.int32)
        ids = module.table.lookup(words.to_tensor()[:, :max_tokens])
        width = tf.shape(ids)[1]
        ids = tf.where(tf.sequence_mask(lengths, width), ids, 0)
        outputs = {"token_ids": tf.pad(ids, [[0, 0], [0, tf.maximum(1 - width, 0)]]), "length": lengths}
        if ngrams:
            count = tf.cast(tf.strings.length(text), tf.float32)
            outputs["ngram_logits"] = count[:, tf.newaxis] * tf.constant(NGRAM_KERNEL, tf.float32)
        return outputs

    @tf.function(input_signature=[token_ids, length, *[ngram_logits] * ngrams])
    def score_tokens(token_ids: Any, length: Any, ngram_logits: Any = 0.0) -> Any:
        width = tf.shape(token_ids)[1]
        mask = tf.sequence_mask(length, width, tf.float32)[:, :, tf.newaxis]
        total = tf.reduce_sum(tf.gather(module.kernel, token_ids) * mask, axis=1)
        count = tf.cast(tf.clip_by_value(length, 1, tf.maximum(width, 1)), tf.float32)
        logits = total / count[:, tf.newaxis] + ngram_logits
        return {"scores": tf.sigmoid(logits) if multi_label else tf.nn.softmax(logits)}

    @tf.function(input_signature=[text])
    def serving_default(text: Any) -> Any:
        scores = score_tokens(**tokenize(text))["scores"]
        return {"scores": scores, "classes": tf.tile([LABELS], [tf.shape(text)[0], 1])}

    return module, {"serving_default": serving_default, "tokenize": tokenize, "score_tokens": score_tokens}
