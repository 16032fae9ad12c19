"""`python -m training.export.verify DIRECTORY`: opens an exported version in a process of its own and tests it."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from training.errors import ExportError


def verify(directory: Path) -> None:
    """Hold a version against its own golden texts: all in one batch, each alone, and in another order.

    Raises:
        ExportError: it cannot be opened, or a score is not what it should be.
    """
    from training.export.exported_model import ExportedModel
    from training.export.golden import check_golden, read_golden

    model = ExportedModel.open(directory)
    golden = read_golden(model.directory)
    count = len(golden.texts)
    check_golden(golden, model.scores(golden.texts, batch_size=count), "in one batch")
    check_golden(golden, model.scores(golden.texts, batch_size=1), "alone")
    check_golden(golden, model.scores(golden.texts, batch_size=max(2, count // 3)), "in small batches")


def verify_in_fresh_process(directory: Path) -> None:
    """Run `verify` where nothing of the training process can help.

    Raises:
        ExportError: the version does not do what it should.
    """
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    environment["CUDA_VISIBLE_DEVICES"] = "-1"  # where services run; a GPU's products are rounded
    command = [sys.executable, "-m", "training.export.verify", str(directory)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise ExportError(f"the exported version fails its verification: {lines[-1]}")


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 when the version is as it should be, 1 with one line on stderr when it is not."""
    if len(arguments) != 1:
        print("usage: python -m training.export.verify DIRECTORY", file=sys.stderr)
        return 2
    try:
        verify(Path(arguments[0]))
    except ExportError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
