"""One run in a process of its own, which gives back all memory and compiles nothing for the next one.

Usage: python -m benchmarks.accuracy.child SET MODEL SEED --data DIR --work DIR [--note SENTENCE]
"""

import argparse
import os
import resource
import sys
from pathlib import Path

from benchmarks.accuracy.kept import KeptRuns
from benchmarks.accuracy.models import MODELS
from benchmarks.accuracy.runs import Run
from benchmarks.accuracy.sets import SETS
from benchmarks.record import commit, machine, portable
from training.errors import TrainingError
from training.quiet_start import load_tensorflow

_WRITTEN = ("benchmarks/results", "docs")


def exports(work: Path) -> Path:
    """Where a run leaves an exported version, of use to nobody once it has been tested."""
    return work / "models"


def command(run: Run, data: Path, work: Path, note: str) -> list[str]:
    """The command line that does a run."""
    names = [run.data_set.name, run.model.key, str(run.seed)]
    options = ["--data", str(data), "--work", str(work), "--note", note]
    return [sys.executable, "-m", "benchmarks.accuracy.child", *names, *options]


def main() -> int:
    """Do it and keep the outcome; return 1 when it fails, 130 when Ctrl-C ends it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", choices=SETS)
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("seed", type=int)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--note", default="")
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    load_tensorflow()
    from benchmarks.accuracy.measure import measure
    from training.progress import format_seconds, make_progress

    run = Run(SETS[options.set], MODELS[options.model], options.seed)
    taken = {"commit": commit(but_for=_WRITTEN), "machine": machine(), "data": portable(str(options.data))}
    try:
        outcome = measure(run, options.data, exports(options.work), make_progress())
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    figures = ", ".join(f"{metric} {100 * outcome['metrics'][metric]:.2f}" for metric in run.data_set.metrics)
    print(f"{run}: {figures} in {format_seconds(outcome['seconds'])}", file=sys.stderr)
    peak = {"peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}
    KeptRuns(options.work).write(run, outcome | peak | taken | {"note": options.note, "settings": run.settings()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
