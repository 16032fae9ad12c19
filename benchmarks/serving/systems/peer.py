"""What Triton and MLServer have in common here: a Python environment of their own, and the protocol."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from benchmarks.serving.peers import SCRIPTS
from benchmarks.serving.systems.system import Scores, System
from benchmarks.serving.systems.tensor_messages import PATH, infer_request, infer_scores


class Peer(System):
    """A server of others around the same SavedModel.

    Attributes:
        environment_name: folder of its Python environment, among those of the peers; also its requirements file.
        environments: where those are.
    """

    path = PATH
    environment_name: ClassVar[str]
    environments: ClassVar[Path] = Path("build/serving/peers")

    @classmethod
    def missing(cls) -> str:
        """What it lacks to run here, and how to get it; empty when nothing."""
        installed = cls.environments / cls.environment_name / ".installed"
        return "" if installed.exists() else f"its Python environment is missing: make {installed}"

    @classmethod
    def python(cls) -> Path:
        """The interpreter of its environment."""
        return cls.environments.absolute() / cls.environment_name / "bin/python"

    def environment(self) -> Mapping[str, str]:
        """Return variables to set for the process."""
        return {"VERSION_DIRECTORY": str(self.version), "PYTHONPATH": str(SCRIPTS)}

    def message(self, texts: Sequence[str]) -> bytes:
        """Return a request with one tensor of texts."""
        return infer_request(texts, [len(texts), 1])

    def scores(self, reply: bytes) -> Scores:
        """Return the one tensor of the reply."""
        return infer_scores(reply)
