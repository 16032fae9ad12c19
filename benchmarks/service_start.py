"""Seconds from starting `python -m service` to health SERVING, with the models of a repository.

Usage: python -m benchmarks.service_start --repository DIR [--runs 5]
"""

import argparse
import socket
import statistics
import subprocess
import sys
import time

from benchmarks.record import record
from textgate import Client, TextgateError

GIVE_UP_SECONDS = 120


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repository", required=True, help="model repository to serve")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    seconds = [seconds_to_serving(arguments.repository) for _ in range(arguments.runs)]
    record(
        "service_start",
        {
            "seconds_median": round(statistics.median(seconds), 2),
            "seconds_min": round(min(seconds), 2),
            "seconds_max": round(max(seconds), 2),
            "runs": len(seconds),
        },
    )


def seconds_to_serving(repository: str) -> float:
    """Start a server on a free port, wait for SERVING, stop it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "service", "--repository", repository, "--host", "127.0.0.1", "--port", str(port)]
    started = time.monotonic()
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.monotonic() - started < GIVE_UP_SECONDS and server.poll() is None:
            if _is_serving(port):
                return time.monotonic() - started
            time.sleep(0.05)
    finally:
        server.terminate()
        server.wait()
    raise SystemExit(f"the server was not SERVING within {GIVE_UP_SECONDS} s, or ended before")


def _is_serving(port: int) -> bool:
    try:
        with Client(f"127.0.0.1:{port}", timeout=1) as client:
            return client.health() == "SERVING"
    except TextgateError:
        return False


if __name__ == "__main__":
    main()
