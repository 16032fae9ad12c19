"""Machine code is made once for versions that differ in their weights alone, and each scores by its own."""

import gc
import itertools
from pathlib import Path

import numpy as np
import pytest

from service import executables
from service.executables import fingerprint, graph_of
from service.tensorflow_backend import SavedModelServable, load_saved_model
from tests.service.tiny_version import write_tiny_version

TEXTS = [b"good film", b"bad", b""]


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_version(tmp_path_factory.mktemp("tiny") / "1")


def trained_anew(version: Path) -> SavedModelServable:
    """The same graph with other weights."""
    servable = load_saved_model(version)
    kernel = servable._saved_model.kernel
    kernel.assign(kernel * -0.5 + 0.1)
    return servable


def test_a_version_with_other_weights_shares_the_machine_code_and_has_its_own_scores(
    version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = load_saved_model(version), trained_anew(version)
    tokens = first.tokenize(TEXTS)
    assert not np.allclose(first.score(tokens), second.score(tokens), atol=1e-3)
    of_first = first.compile(4, 9)
    monkeypatch.setattr(executables, "_executables", itertools.count(executables.MAX_EXECUTABLES + 1))
    of_second = second.compile(4, 9)  # would fail if it had to compile
    for servable, compiled in ((first, of_first), (second, of_second), (first, of_first)):
        np.testing.assert_allclose(compiled(tokens.pad(4, 9))[:3], servable.score(tokens), atol=1e-6)


def test_what_is_shared_outlives_the_version_that_it_was_made_for(version: Path) -> None:
    first, second = load_saved_model(version), trained_anew(version)
    tokens = first.tokenize(TEXTS).pad(4, 10)
    first.compile(4, 10)
    of_second = second.compile(4, 10)
    expected = second.score(tokens)
    first.close()
    del first
    gc.collect()
    np.testing.assert_allclose(of_second(tokens), expected, atol=1e-6)


def test_another_computation_shares_nothing(version: Path, tmp_path: Path) -> None:
    softmax = load_saved_model(version)
    sigmoid = load_saved_model(write_tiny_version(tmp_path / "1", multi_label=True))
    assert graph_of(softmax._score_tokens) is graph_of(load_saved_model(version)._score_tokens)
    assert graph_of(softmax._score_tokens) is not graph_of(sigmoid._score_tokens)


def test_the_fingerprint_does_not_depend_on_what_tensorflow_calls_functions(version: Path) -> None:
    graphs = [load_saved_model(version)._score_tokens.graph.as_graph_def() for _ in range(2)]
    names = [sorted(function.signature.name for function in graph.library.function) for graph in graphs]
    assert names[0] != names[1]
    assert fingerprint(graphs[0]) == fingerprint(graphs[1])
    graphs[1].node[0].name += "_else"
    assert fingerprint(graphs[0]) != fingerprint(graphs[1])


def test_graphs_that_hold_weights_themselves_are_not_kept(version: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executables, "MAX_GRAPH_BYTES", 10)
    score_tokens = load_saved_model(version)._score_tokens
    assert graph_of(score_tokens) is not graph_of(score_tokens)
