"""The same text scores the same: alone, in any batch, at any padded length, reloaded, compiled, by foreign tools."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf

from tests.contract.conftest import MIXED_TEXTS, OpenVersion
from tests.exports import MAX_TOKENS, fresh_environment

TOLERANCE = 1e-5


def read_golden(version: OpenVersion) -> tuple[list[str], np.ndarray]:
    lines = (version.directory / "assets.extra/golden.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row["text"] for row in rows], np.array([row["scores"] for row in rows])


def has(texts: list[str], low: int, high: int) -> bool:
    """Whether some text has a character of that range."""
    return any(low <= ord(character) <= high for text in texts for character in text)


def test_golden_texts_are_of_every_kind(version: OpenVersion) -> None:
    texts, _ = read_golden(version)
    tokens = version.run("tokenize", text=[text.encode() for text in texts])
    ids, lengths = tokens["token_ids"], tokens["length"]
    assert len(texts) == len(set(texts)) >= 16
    assert "" in texts
    assert any(text and not text.strip() for text in texts)
    assert any(length and set(row[:length]) == {1} for row, length in zip(ids, lengths, strict=True))
    assert (lengths > MAX_TOKENS).any()
    assert has(texts, 0x1F300, 0x1FAFF)
    assert has(texts, 0x590, 0x6FF)
    assert any(has([text], 0x4E00, 0x9FFF) and has([text], ord("a"), ord("z")) for text in texts)


def test_golden_scores_come_back_in_one_batch_and_alone(version: OpenVersion) -> None:
    texts, expected = read_golden(version)
    np.testing.assert_allclose(version.scores(texts), expected, rtol=0, atol=TOLERANCE)
    for text, scores in zip(texts, expected, strict=True):
        np.testing.assert_allclose(version.scores([text])[0], scores, rtol=0, atol=TOLERANCE)


def test_batch_mates_and_their_order_change_nothing(version: OpenVersion) -> None:
    alone = np.concatenate([version.scores([text]) for text in MIXED_TEXTS])
    generator = np.random.default_rng(0)
    for size in (2, 5, len(MIXED_TEXTS)):
        rows = generator.permutation(len(MIXED_TEXTS))[:size]
        batch = version.scores([MIXED_TEXTS[row] for row in rows])
        np.testing.assert_allclose(batch, alone[rows], rtol=0, atol=TOLERANCE)


def test_padding_of_any_width_and_content_changes_nothing(version: OpenVersion) -> None:
    tokens = version.run("tokenize", text=[text.encode() for text in MIXED_TEXTS])
    expected = version.scores(MIXED_TEXTS)
    for extra in (0, 1, 40):
        padded = np.pad(tokens["token_ids"], ((0, 0), (0, extra)))
        scores = version.run("score_tokens", **{**tokens, "token_ids": padded})["scores"]
        np.testing.assert_allclose(scores, expected, rtol=0, atol=TOLERANCE)


def test_score_tokens_of_tokenize_is_serving_default(version: OpenVersion) -> None:
    tokens = version.run("tokenize", text=[text.encode() for text in MIXED_TEXTS])
    np.testing.assert_allclose(version.run("score_tokens", **tokens)["scores"], version.scores(MIXED_TEXTS), atol=1e-6)


def test_score_tokens_compiled_by_xla_agrees(version: OpenVersion) -> None:
    tokens = version.run("tokenize", text=[text.encode() for text in MIXED_TEXTS])
    signature = version.module.signatures["score_tokens"]
    compiled = tf.function(lambda **inputs: signature(**inputs), jit_compile=True)
    scores = compiled(**{name: tf.constant(values) for name, values in tokens.items()})["scores"]
    np.testing.assert_allclose(scores.numpy(), version.scores(MIXED_TEXTS), rtol=0, atol=TOLERANCE)


def test_saved_model_cli_gets_the_same_scores(open_version: Callable[[str], OpenVersion], tmp_path: Path) -> None:
    version = open_version("bidirectional_lstm one_hot multi_class")
    texts = ["the match, a goal", "市场 and shares", ""]
    command = [
        str(Path(sys.executable).parent / "saved_model_cli"),
        *("run", "--dir", str(version.directory), "--tag_set", "serve", "--signature_def", "serving_default"),
        *("--input_exprs", f"text={[text.encode() for text in texts]!r}", "--outdir", str(tmp_path)),
    ]
    subprocess.run(command, env=fresh_environment(), check=True, capture_output=True)
    np.testing.assert_allclose(np.load(tmp_path / "scores.npy"), version.scores(texts), rtol=0, atol=TOLERANCE)
    labels = [label.name.encode() for label in version.info.labels]
    assert np.load(tmp_path / "classes.npy", allow_pickle=True).tolist() == [labels] * 3
