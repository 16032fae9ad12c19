"""The forward pass as the service makes it, compiled for the shape of the batch; timed in a process of its own.

Usage: python -m benchmarks.serving.forward VERSION WEIGHTS.npz, then a line of JSON for each measurement: token_ids and
scores (files), seconds
"""

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.serving.child import Child


class Forward(Child):
    """A child process with the version, which has written its weights to a file."""

    def __init__(self, version: Path, weights: Path) -> None:
        super().__init__([sys.executable, "-m", "benchmarks.serving.forward", str(version), str(weights)])


def main(version: str, weights: str) -> None:
    """Answer each line with the median milliseconds of a pass."""
    from service.compilation.buckets import BucketGrid
    from service.compilation.compiled_scorer import CompiledScorer
    from service.tensorflow_backend import load_saved_model
    from service.tokenizing.tokens import Tokens

    servable = load_saved_model(Path(version))
    np.savez(weights, **lstm_weights(version))
    grid = BucketGrid(servable.info.max_tokens, max_batch_tokens=8192)
    scorer = CompiledScorer(servable, grid, time.perf_counter, lambda bucket: None)
    for line in sys.stdin:
        task = json.loads(line)
        token_ids = np.load(task["token_ids"])
        tokens = Tokens(token_ids, np.full(len(token_ids), token_ids.shape[1], np.int32))
        bucket = grid.cover(*token_ids.shape)
        if bucket not in scorer.buckets:
            scorer.build(bucket)
        np.save(task["scores"], scorer.score(tokens))
        seconds = []
        while sum(seconds) < task["seconds"] or len(seconds) < 3:
            started = time.perf_counter()
            scorer.score(tokens)
            seconds.append(time.perf_counter() - started)
        print(json.dumps(1000 * statistics.median(seconds)), flush=True)


def lstm_weights(version: str) -> dict[str, Any]:
    """The weights of an exported BiLSTM with embedding, by the names that `peers/torch_forward.py` knows."""
    import tensorflow as tf

    names = {
        "recurrent_0/input_kernel:0": "input_kernel",
        "recurrent_0/bias:0": "bias",
        "token_table/table:0": "table",
        "bidirectional_lstm/kernel:0": "output_kernel",
        "bidirectional_lstm/bias:0": "output_bias",
    }
    weights: dict[str, Any] = {}
    for variable in tf.saved_model.load(version).model_variables:
        if variable.name == "cell/recurrent_kernel:0":
            weights[f"recurrent_kernel_{'recurrent_kernel_0' in weights:d}"] = variable.numpy()
        elif variable.name in names:
            weights[names[variable.name]] = variable.numpy()
    info = json.loads((Path(version) / "assets.extra/model.json").read_text(encoding="utf-8"))
    for name in ("output_kernel", "output_bias"):  # scores are softmax(logits / temperature)
        weights[name] = weights[name] / np.float32(info["temperature"])
    return weights


if __name__ == "__main__":
    main(*sys.argv[1:])
