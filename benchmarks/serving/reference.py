"""The right scores: each text alone, through the signature `serving_default` of the SavedModel.

Usage: python -m benchmarks.serving.reference VERSION TEXTS.json SCORES.npy
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt


def reference_scores(version: Path, texts: Sequence[str], work: Path) -> npt.NDArray[np.float32]:
    """Score texts in a process of its own, so that TensorFlow is not in this one; <float32>[texts, labels], kept."""
    content = json.dumps(list(texts), ensure_ascii=False)
    key = hashlib.sha256((content + (version / "assets.extra/model.json").read_text(encoding="utf-8")).encode())
    path = work / "reference" / f"{key.hexdigest()[:16]}.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".json").write_text(content, encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.serving.reference", version, path.with_suffix(".json"), path]
        subprocess.run(list(map(str, command)), check=True)
    scores: npt.NDArray[np.float32] = np.load(path)
    return scores


def main(version: str, texts: str, scores: str) -> None:
    """Score the texts of a file."""
    import tensorflow as tf

    signature = tf.saved_model.load(version).signatures["serving_default"]
    rows = [
        signature(text=tf.constant([text]))["scores"].numpy()[0]
        for text in json.loads(Path(texts).read_text(encoding="utf-8"))
    ]
    np.save(scores, np.stack(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
