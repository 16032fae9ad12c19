"""The forward pass alone, beside PyTorch's nn.LSTM with the same weights: passes a second."""

import sys
from pathlib import Path

import numpy as np

from benchmarks.serving.answers import TOLERANCE
from benchmarks.serving.child import Child
from benchmarks.serving.forward import Forward
from benchmarks.serving.peers import SCRIPTS
from benchmarks.serving.stage import Stage, Values
from benchmarks.serving.statistics import Row
from benchmarks.serving.systems.peer import Peer
from benchmarks.serving.systems.textgate import Textgate

SHAPES = ((1, 16), (32, 256))
PYTORCH = "PyTorch nn.LSTM"


def measure(stage: Stage) -> list[Row]:
    """Measure both by turns; without PyTorch's environment there are no rows."""
    installed = Peer.environments / "torch" / ".installed"
    if not installed.exists():
        print(f"{PYTORCH} is left out: make {installed}", file=sys.stderr)
        return []
    weights = stage.work / "weights.npz"
    python = installed.with_name("bin") / "python"
    torch = [str(python.absolute()), str(SCRIPTS / "torch_forward.py")]
    with Forward(stage.version, weights) as ours, Child(torch) as theirs:
        return [row for shape in SHAPES for row in _measure_shape(stage, shape, ours, theirs, weights)]


def _measure_shape(stage: Stage, shape: tuple[int, int], ours: Child, theirs: Child, weights: Path) -> list[Row]:
    files = {name: stage.work / f"{name}.npy" for name in ("token_ids", "ours", "theirs")}
    vocabulary = 10_000  # every model has as many words
    np.save(files["token_ids"], np.random.default_rng(0).integers(2, vocabulary, shape, np.int32))
    task = {"token_ids": str(files["token_ids"]), "seconds": stage.scale.seconds}
    rates: Values = {Textgate.name: [], PYTORCH: []}
    for _ in range(stage.scale.rounds):
        rates[Textgate.name].append(1000 / ours.ask({**task, "scores": str(files["ours"])}))
        rates[PYTORCH].append(1000 / theirs.ask({**task, "scores": str(files["theirs"]), "weights": str(weights)}))
    difference = np.abs(np.load(files["ours"]) - np.load(files["theirs"])).max()
    if not difference <= TOLERANCE:
        raise RuntimeError(f"{PYTORCH} has other scores, up to {difference} apart")
    return stage.rows(f"forward pass of {shape[0]} × {shape[1]} tokens", "passes", "1/s", rates)
