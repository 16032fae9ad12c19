"""Trains and tests baselines, presets and networks on public data sets; writes docs/accuracy.md.

Each run is kept under build/accuracy and is not repeated unless its settings change: start again after an interruption,
and it goes on. Delete build/accuracy/SET/MODEL-SEED.json to repeat one after a change of the code. Results and page are
written after each run; what they hold of other runs stays. Where no runs are kept, as in a fresh checkout, --new goes
on from the results.

Usage: python -m benchmarks.accuracy --data DIR [--sets trec snips] [--models baselines speed] [--seeds 1] [--list]
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import record
from benchmarks.accuracy import page
from benchmarks.accuracy.child import command, exports
from benchmarks.accuracy.fasttext_baseline import is_installed
from benchmarks.accuracy.kept import REPEATED_SECONDS, KeptRuns
from benchmarks.accuracy.models import GROUPS, MODELS, expand
from benchmarks.accuracy.rows import Row, make_rows, merge, without_measured
from benchmarks.accuracy.runs import Run, plan
from benchmarks.accuracy.sets import SETS
from benchmarks.accuracy.state import describe

WORK = Path("build/accuracy")
_NO_FASTTEXT = (
    "fastText is left out, for it is not installed: pip install --no-deps -r benchmarks/accuracy/fasttext.txt"
)


def main(command_line: Sequence[str] | None = None) -> int:
    """Run what is missing, write results and page.

    Returns:
        0 when nothing failed, though time may have ended it; 1 when a run failed, 2 when data are missing, 130 after
        Ctrl-C.
    """
    options = _options(command_line)
    runs = list(plan([SETS[name] for name in options.sets], [MODELS[key] for key in options.models], options.seeds))
    kept = KeptRuns(WORK)
    if options.new:
        runs = without_measured(runs, _rows_before(), options.seeds)
    if options.list:
        print(describe(runs, kept))
        return 0
    if absent := _absent_files(runs, options.data):
        print("missing: " + ", ".join(map(str, absent)), file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # the run in progress ends with us
    try:
        failed = _do(runs, kept, options)
    except KeyboardInterrupt:
        print("stopped by Ctrl-C: what is finished is kept, and the next start goes on from here", file=sys.stderr)
        return 130
    for line in failed:
        print(f"failed: {line}", file=sys.stderr)
    return 1 if failed else 0


def _options(command_line: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with one folder a data set")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS), help="all by default")
    parser.add_argument(
        "--models",
        nargs="+",
        choices=[*GROUPS, *MODELS],
        default=list(MODELS),
        help="single ones or groups; all by default",
    )
    parser.add_argument(
        "--seeds", type=int, default=3, help=f"runs of each model, or 1 where a run takes over {REPEATED_SECONDS} s"
    )
    parser.add_argument("--max-minutes", type=float, default=float("inf"), help="then no further run begins")
    parser.add_argument(
        "--new",
        action="store_true",
        help="leave out what the results hold already, measured elsewhere, with as many seeds",
    )
    parser.add_argument("--list", action="store_true", help="only say which runs are there and which are missing")
    parser.add_argument("--note", default="", help="a sentence for the page, such as what else the machine did")
    options = parser.parse_args(command_line)
    options.models = expand(options.models)
    return options


def _absent_files(runs: Sequence[Run], data: Path) -> list[Path]:
    files = dict.fromkeys(file for run in runs for file in run.data_set.files(data).values())
    return [file for file in files if not file.is_file()]


def _do(runs: Sequence[Run], kept: KeptRuns, options: argparse.Namespace) -> list[str]:
    """Do the runs that are missing while there is time, and return those that failed."""
    end = time.monotonic() + 60 * options.max_minutes
    todo = kept.missing(runs)
    if not is_installed() and any(run.model.kind == "fasttext" for run in todo):
        print(_NO_FASTTEXT, file=sys.stderr)
        todo = [run for run in todo if run.model.kind != "fasttext"]
    failed = []
    for run in todo:
        if kept.is_long(run):  # which is known only now
            continue
        if time.monotonic() >= end:
            left = [str(left) for left in kept.missing(todo)]
            print(f"the time is over; still missing: {'; '.join(left)}", file=sys.stderr)
            break
        if (status := _start(run, options)) != 0:
            failed.append(f"{run} ({f'killed by signal {-status}' if status < 0 else 'see above'})")
        _write(kept)
    else:
        _write(kept)
    return failed


def _start(run: Run, options: argparse.Namespace) -> int:
    """Do a run in a process of its own and return its exit status; it is killed when this process is interrupted."""
    print(f"\n{run}", file=sys.stderr, flush=True)
    try:
        return subprocess.run(command(run, options.data, WORK, options.note), check=False).returncode
    finally:
        shutil.rmtree(exports(WORK), ignore_errors=True)


def _write(kept: KeptRuns) -> None:
    """Write results and page, which keep the rows of runs that are not there."""
    rows = merge(_rows_before(), make_rows(kept))
    record.write_results("accuracy", rows)
    page.write_page(rows)


def _rows_before() -> list[Row]:
    """The results as they are."""
    path = record.RESULTS / "accuracy.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    sys.exit(main())
