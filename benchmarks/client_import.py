"""Seconds that `import textgate` takes in a fresh process, beside those that Python itself takes to start.

Usage: python -m benchmarks.client_import [--runs 21]
"""

import argparse
import statistics
import subprocess
import sys
import time

from benchmarks.record import record

IMPORT = "import time; start = time.perf_counter(); import textgate; print(time.perf_counter() - start)"


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=21)
    arguments = parser.parse_args()
    seconds = [import_seconds() for _ in range(arguments.runs)]
    whole = [process_seconds("import textgate") for _ in range(arguments.runs)]
    empty = [process_seconds("") for _ in range(arguments.runs)]
    record(
        "client_import",
        {
            "import_seconds_median": round(statistics.median(seconds), 3),
            "import_seconds_max": round(max(seconds), 3),
            "process_seconds_median": round(statistics.median(whole), 3),
            "empty_process_seconds_median": round(statistics.median(empty), 3),
            "runs": len(seconds),
        },
    )


def import_seconds() -> float:
    """Time the statement from within a fresh process."""
    output = subprocess.run([sys.executable, "-c", IMPORT], check=True, capture_output=True, text=True).stdout
    return float(output)


def process_seconds(program: str) -> float:
    """Time a fresh process from its start to its end."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
