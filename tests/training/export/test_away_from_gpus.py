"""What is exported is computed on a processor, wherever the network was trained.

A second logical processor plays the GPU here: what says nothing of devices would run on it.
"""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from training.export import verify

# Devices can be made up only before TensorFlow has run anything: hence a process of its own.
TWO_DEVICES = """
import tensorflow as tf

processor = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)


def place(tensor):
    return tensor.device[-5:]


with tf.device("CPU:1"):
    assert place(tf.zeros(1) + 1.0) == "CPU:1"
"""
PROJECTED_TABLE = """
    from training.config import ModelConfig
    from training.networks import build_model
    from training.networks.inference import InferenceNetwork

    model = build_model(ModelConfig(units=3, embedding_dim=2), 10, 2)
    assert place(model.token_table.table.value) == "CPU:1"
    assert place(InferenceNetwork(model, 2**20).projected_table) == "CPU:0"
"""
GOLDEN_SCORES = """
    from types import SimpleNamespace

    from training.export.exporter import _score_golden

    places, weights = [], tf.Variable([[1.0, 2.0]])

    @tf.function(autograph=False)
    def trained_scores(text):
        return tf.matmul(tf.ones([tf.shape(text)[0], 1]), weights)

    def watched(text):
        scores = trained_scores(text)
        places.append(place(scores))
        return scores

    golden = _score_golden(SimpleNamespace(trained_scores=watched), ("good", "bad"))
    assert golden.scores.tolist() == [[1.0, 2.0]] * 2
    assert (place(weights), places) == ("CPU:1", ["CPU:0"] * 2)
"""


@pytest.mark.parametrize("inside", [PROJECTED_TABLE, GOLDEN_SCORES], ids=["projected table", "golden scores"])
def test_computes_on_a_processor(inside: str) -> None:
    done = subprocess.run([sys.executable, "-c", TWO_DEVICES + inside], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_verifies_where_no_gpu_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def run(command: list[str], env: dict[str, str], **others: Any) -> SimpleNamespace:
        seen.append(env["CUDA_VISIBLE_DEVICES"])
        return SimpleNamespace(returncode=0)

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    monkeypatch.setattr(verify.subprocess, "run", run)
    verify.verify_in_fresh_process(Path("models/news/1"))
    assert seen == ["-1"]
