"""The most memory that the training of a real, long data set takes, in a process of its own.

Usage: python -m benchmarks.training.memory DATA, which prints mebibytes.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path


def peak_mebibytes(data: Path) -> float:
    """Train on imdb with the defaults for one epoch; return the largest resident set of the training process."""
    command = [sys.executable, "-m", "benchmarks.training.memory", str(data)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()[-1])


def main(data: Path) -> None:
    """Train, and print the peak of whatever this process has started."""
    with tempfile.TemporaryDirectory() as repository:
        command = [sys.executable, "-m", "training", "train", "--train", str(data / "imdb" / "train.jsonl.gz")]
        command += ["--name", "imdb", "--repository", repository]
        for setting in ("fit.epochs=1", "baseline.enabled=no"):
            command += ["--set", setting]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
