"""Runs the classic experiments on our own networks: what they remember, see and cost; writes docs/memory.md.

Each course is kept under build/memory and is not repeated: start again after an interruption, and it goes on. After
Ctrl-C the page holds what is done.

Usage: python -m benchmarks.memory [--only recall order] [--seeds 1] [--note SENTENCE]
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.memory.experiments import TIMED, TIMED_TOKENS, Course, courses
from benchmarks.memory.page import write_page
from benchmarks.record import record

WORK = Path("build/memory")
EXPERIMENTS = ("recall", "context", "order", "time")


def main() -> int:
    """Run what is missing, write results, plot and page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=EXPERIMENTS, default=EXPERIMENTS, help="all by default")
    parser.add_argument("--seeds", type=int, default=1, help="runs of each course")
    parser.add_argument("--rounds", type=int, default=7, help="how often each time is taken")
    parser.add_argument("--note", default="", help="a sentence for the page, such as what else the machine did")
    arguments = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    try:
        _run(arguments.only, arguments.seeds, arguments.rounds)
    except KeyboardInterrupt:
        print("stopped by Ctrl-C; the page gets what is done, and the next start goes on from here", file=sys.stderr)
    rows = [row for path in sorted(WORK.glob("*.json")) for row in json.loads(path.read_text(encoding="utf-8"))]
    record("memory", rows)
    write_page(rows, arguments.note)
    return 0


def _run(only: tuple[str, ...], seeds: int, rounds: int) -> None:
    if "time" in only:
        for tokens in TIMED_TOKENS:
            _keep(f"time-{tokens}", lambda tokens=tokens: _times(tokens, rounds))
    for seed in range(seeds):
        for number, course in enumerate(courses()):
            if course.experiment in only:
                _keep(f"{course.experiment}-{number:02}-{seed}", lambda course=course, seed=seed: _teach(course, seed))


def _keep(name: str, run: Any) -> None:
    """Run it unless its rows are there already."""
    path = WORK / f"{name}.json"
    if not path.exists():
        path.write_text(json.dumps(run(), indent=2) + "\n", encoding="utf-8")


def _teach(course: Course, seed: int) -> list[dict[str, Any]]:
    from benchmarks.memory.runs import teach

    rows = []
    for row in teach(course, seed):
        print(
            f"{course.experiment}, {course.name}, {row['at']}: {row['accuracy']:.3f} in {row['steps']} steps",
            flush=True,
        )
        rows.append(row)
    return rows


def _times(tokens: int, rounds: int) -> list[dict[str, Any]]:
    from benchmarks.memory.timing import time_networks

    print(f"time of {tokens} tokens", flush=True)
    seconds = time_networks(TIMED, tokens, rounds)
    return [{"experiment": "time", "name": name, "at": tokens, **times} for name, times in seconds.items()]


if __name__ == "__main__":
    sys.exit(main())
