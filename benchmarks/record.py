"""Writes the figures of a benchmark beside what is needed to take them again: command, commit, machine."""

import json
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def record(name: str, figures: dict[str, Any] | list[dict[str, Any]]) -> Path:
    """Write `benchmarks/results/<name>.json` and print what went in."""
    content = {
        "command": shlex.join(["python", "-m", f"benchmarks.{name}", *map(portable, sys.argv[1:])]),
        "commit": commit(),
        "machine": machine(),
        "figures": figures,
    }
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    return write_results(name, content)


def write_results(name: str, content: dict[str, Any] | list[dict[str, Any]]) -> Path:
    """Write `benchmarks/results/<name>.json` as it is."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def portable(argument: str) -> str:
    """A path as seen from here, which says as little of the machine as can be."""
    return os.path.relpath(argument) if Path(argument).is_absolute() else argument


def commit(but_for: Sequence[str] = ()) -> str:
    """The short hash of HEAD, with a plus where tracked files differ from it; empty outside a checkout.

    Args:
        but_for: folders, as seen from the root of the checkout, in which files may differ.
    """
    root = Path(__file__).parent
    tracked = [":(top)", *(f":(top,exclude){folder}" for folder in but_for)]
    head = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=root, capture_output=True, text=True, check=False
    )
    changed = subprocess.run(
        ["git", "diff", "--quiet", "HEAD", "--", *tracked], cwd=root, capture_output=True, check=False
    ).returncode
    return head.stdout.strip() + ("+" if head.returncode == 0 and changed else "")


def machine() -> str:
    """Cores, processor architecture and Python, in words."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
