import itertools
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from service import executables
from service.run import tensorflow_loader
from service.servable import CompileError, ModelLoadError
from service.tensorflow_backend import SavedModelServable, load_saved_model
from tests.service.tiny_version import (
    GOLDEN_TEXTS,
    LABELS,
    MAX_TOKENS,
    reference_scores,
    tiny_info,
    write_model_info,
    write_tiny_version,
)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_version(tmp_path_factory.mktemp("tiny") / "1")


@pytest.fixture
def version(pristine: Path, tmp_path: Path) -> Path:
    """A copy that a test may break."""
    return shutil.copytree(pristine, tmp_path / "1")


@pytest.fixture(scope="module")
def servable(pristine: Path) -> SavedModelServable:
    return load_saved_model(pristine)


def test_a_service_scores_on_processors_alone(pristine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden: list[object] = []
    monkeypatch.setattr(tf.config, "set_visible_devices", lambda *arguments: hidden.append(arguments))
    tensorflow_loader(1)(pristine)
    assert hidden == [([], "GPU")]


def test_scores_are_those_of_an_independent_reference(servable: SavedModelServable) -> None:
    scores = servable.score(servable.tokenize([text.encode() for text in GOLDEN_TEXTS]))
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, [reference_scores(text) for text in GOLDEN_TEXTS], atol=1e-6)


def test_multi_label_version_is_served(tmp_path: Path) -> None:
    servable = load_saved_model(write_tiny_version(tmp_path / "1", multi_label=True))
    scores = servable.score(servable.tokenize([b"good film"]))
    np.testing.assert_allclose(scores, [reference_scores("good film", multi_label=True)], atol=1e-6)


@pytest.mark.parametrize("multi_label", [False, True])
def test_version_with_an_ngram_branch_is_served_plain_and_compiled(tmp_path: Path, multi_label: bool) -> None:
    servable = load_saved_model(write_tiny_version(tmp_path / "1", multi_label=multi_label, ngrams=True))
    texts = ["good film", "", "zyx 好 bad"]
    expected = [reference_scores(text, multi_label, ngrams=True) for text in texts]
    tokens = servable.tokenize([text.encode() for text in texts])
    np.testing.assert_allclose(servable.score(tokens), expected, atol=1e-6)
    np.testing.assert_allclose(servable.compile(4, 8)(tokens.pad(4, 8))[:3], expected, atol=1e-6)


def test_tokens_are_cut_at_max_tokens_and_their_length_is_not(servable: SavedModelServable) -> None:
    tokens = servable.tokenize([b"good " * 20, "电影 x\x00y".encode(), b""])
    assert tokens.token_ids.dtype == tokens.length.dtype == np.int32
    assert tokens.token_ids.shape == (3, MAX_TOKENS)
    assert tokens.length.tolist() == [20, 2, 0]
    assert tokens.token_ids[1].tolist() == [8, 1, 0, 0, 0, 0, 0, 0]


def test_text_without_tokens_has_one_column(servable: SavedModelServable) -> None:
    assert servable.tokenize([b""]).token_ids.shape == (1, 1)


def test_info_is_what_the_version_says(servable: SavedModelServable) -> None:
    assert [label.name for label in servable.info.labels] == list(LABELS)


def test_close_lets_go_of_the_model(version: Path) -> None:
    servable = load_saved_model(version)
    servable.close()
    with pytest.raises(AttributeError):
        servable.tokenize([b"good"])


def test_changed_weights_are_refused(version: Path) -> None:
    weights = version / "variables" / "variables.data-00000-of-00001"
    weights.write_bytes(weights.read_bytes()[::-1])
    with pytest.raises(ModelLoadError, match="has been changed since export"):
        load_saved_model(version)


def test_other_golden_scores_are_refused(version: Path) -> None:
    golden = version / "assets.extra" / "golden.jsonl"
    lines = golden.read_text().splitlines()
    lines[2] = json.dumps({"text": json.loads(lines[2])["text"], "scores": [1, 0, 0]})
    golden.write_text("\n".join(lines))
    write_model_info(version, tiny_info())
    with pytest.raises(ModelLoadError, match=r"golden\.jsonl, line 3: a score differs"):
        load_saved_model(version)


def test_directory_that_is_no_saved_model_is_refused(version: Path) -> None:
    (version / "saved_model.pb").write_bytes(b"not a graph")
    write_model_info(version, tiny_info())
    with pytest.raises(ModelLoadError, match="not a SavedModel"):
        load_saved_model(version)


def test_missing_weights_are_refused(version: Path) -> None:
    shutil.rmtree(version / "variables")
    write_model_info(version, tiny_info())
    with pytest.raises(ModelLoadError, match="not a SavedModel"):
        load_saved_model(version)


def test_missing_signature_is_named(tmp_path: Path) -> None:
    version = write_tiny_version(tmp_path / "1", signatures=("serving_default", "tokenize"))
    with pytest.raises(ModelLoadError, match="signature score_tokens is missing"):
        load_saved_model(version)


def test_signature_of_other_types_is_described(tmp_path: Path) -> None:
    import tensorflow as tf

    version = write_tiny_version(tmp_path / "1")
    module = tf.Module()

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
    def identity(text: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"token_ids": text}

    tf.saved_model.save(module, str(version), {"serving_default": identity, "tokenize": identity})
    write_model_info(version, tiny_info())
    with pytest.raises(ModelLoadError, match="outputs of signature serving_default: expected classes: string, scores"):
        load_saved_model(version)


@pytest.mark.parametrize(("texts", "tokens"), [(1, 8), (3, 5)])
def test_compiled_scores_are_those_of_an_independent_reference(
    servable: SavedModelServable, texts: int, tokens: int
) -> None:
    score = servable.compile(texts, tokens)
    batch = ["good film plot", "", "zyx 好 bad"][:texts]
    tokenized = servable.tokenize([text.encode() for text in batch]).pad(texts, tokens)
    np.testing.assert_allclose(score(tokenized), [reference_scores(text) for text in batch], atol=1e-6)


def test_operation_that_cannot_be_compiled_is_reported(servable: SavedModelServable) -> None:
    import tensorflow as tf

    @tf.function(
        input_signature=[tf.TensorSpec([None, None], tf.int32, "token_ids"), tf.TensorSpec([None], tf.int32, "length")]
    )
    def through_strings(token_ids: tf.Tensor, length: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"scores": tf.strings.to_number(tf.strings.as_string(token_ids))}

    signatures = {"score_tokens": through_strings.get_concrete_function(), "tokenize": servable._tokenize}
    uncompilable = SavedModelServable(tiny_info(), SimpleNamespace(signatures=signatures), [b""])
    with pytest.raises(CompileError):
        uncompilable.compile(1, 8)


def test_process_compiles_no_more_than_its_memory_bears(
    servable: SavedModelServable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executables, "_executables", itertools.count(executables.MAX_EXECUTABLES))
    servable.compile(3, 11)
    with pytest.raises(CompileError, match="restart the server"):
        servable.compile(3, 12)
    servable.compile(3, 11)  # is there already


def test_examples_are_the_golden_texts(servable: SavedModelServable) -> None:
    assert servable.examples == [text.encode() for text in GOLDEN_TEXTS]
