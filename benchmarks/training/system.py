"""A system that trains: a process that keeps its network, and is told pass by pass what to train on."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

TORCH_PYTHON = Path("build/serving/peers/torch/bin/python")
_TORCH = Path(__file__).parent / "peers" / "torch_training.py"
_NGRAMS = {"input_ngrams": 2, "ngram_rows": 2**18}


@dataclass
class System:
    """A context manager that starts the process and ends it.

    Attributes:
        name: as the page calls it.
        command: reads a line of JSON for each pass, and answers with its seconds.
        settings: of every pass.
    """

    name: str
    command: Sequence[str]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def train(self, texts: Path, batch: int) -> float:
        """Train for one pass over a file of texts; return its seconds."""
        line = json.dumps({"texts": str(texts), "batch": batch, **self.settings})
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.name} has ended, exit code {self._process.wait()}: see above for the reason")
        return float(json.loads(answer))

    def __enter__(self) -> Self:
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
        self._process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()  # closes the pipes too


OURS, WITH_NGRAMS, KERAS, TORCH = "Textgate", "Textgate, hashed bigrams too", "Keras `fit`", "PyTorch"


def systems() -> list[System]:
    """All that can run here."""
    ours = [sys.executable, "-m", "benchmarks.training.ours"]
    found = [
        System(OURS, ours, {"input_ngrams": 1, "ngram_rows": 2**18}),
        System(WITH_NGRAMS, ours, _NGRAMS),
        System(KERAS, [sys.executable, "-m", "benchmarks.training.keras_fit"]),
    ]
    if TORCH_PYTHON.exists():
        found.append(System(TORCH, [str(TORCH_PYTHON), str(_TORCH)]))
    else:
        print(f"PyTorch is left out, for {TORCH_PYTHON} is missing: make {TORCH_PYTHON.parents[1]}/.installed")
    return found
