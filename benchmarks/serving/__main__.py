"""Holds Textgate against other model servers: in one run, by turns, on the same exported models.

Needs g++ and libnghttp2 (apt-get install g++ libnghttp2-dev) for the load generator, and for each peer a Python
environment, which `make bench-serving` makes. A peer that is not there is left out, and the page says so.

What is measured is kept under build/serving, by model and workload. Asked for some of them, it measures those, and
writes results and page of all.

Usage: python -m benchmarks.serving --data DIR [--quick] [--models embedding] [--workloads single_texts]
"""

import argparse
import dataclasses
import json
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.record import commit, record
from benchmarks.serving.kept import Kept, Measured, verdict_rows
from benchmarks.serving.load import LoadGenerator, MissingToolError
from benchmarks.serving.models import MODELS, Model, repository_of, version_of
from benchmarks.serving.page import write_page
from benchmarks.serving.plots import draw
from benchmarks.serving.stage import QUICK, Scale, Stage
from benchmarks.serving.statistics import Row
from benchmarks.serving.systems import SYSTEMS, System, Textgate
from benchmarks.serving.systems.system import NotStartedError
from benchmarks.serving.texts import missing_data
from benchmarks.serving.workloads import EVERY_MODEL, WORKLOADS

WORK = Path("build/serving")
INFO = "assets.extra/model.json"


def main() -> int:
    """Measure and record; return 1 when an answer of Textgate was wrong, 2 when something is missing."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # the servers are stopped on the way out
    if missing := missing_data(options.data):
        print("missing: " + ", ".join(map(str, missing)), file=sys.stderr)
        return 2
    try:
        generator = LoadGenerator(WORK)
    except MissingToolError as error:
        print(error, file=sys.stderr)
        return 2
    left_out = {kind.name: reason for kind in SYSTEMS if (reason := kind.missing())}
    for name, reason in left_out.items():
        print(f"{name} is left out: {reason}", file=sys.stderr)
    scale = _scale(options)
    kept = Kept(WORK / ("quick" if options.quick else "rows"))
    for name in options.models:
        _measure(MODELS[name], generator, scale, options, kept, left_out)
    rows = [row for model in MODELS.values() for row in _rows(model, kept)]
    if options.quick:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        print("--quick shows that all works; its figures are not recorded")
    else:
        record("serving", rows)
        write_page(rows, scale.rounds, left_out, draw(rows), options.note)
    return 1 if wrong_answers(rows) else 0


def wrong_answers(rows: Sequence[Row]) -> int:
    """How many answers of Textgate were wrong."""
    return sum(
        row["median"] for row in rows if row["system"].startswith(Textgate.name) and row["figure"] == "wrong answers"
    )


def _measure(
    model: Model,
    generator: LoadGenerator,
    scale: Scale,
    options: argparse.Namespace,
    kept: Kept,
    left_out: dict[str, str],
) -> None:
    """Measure the workloads on one model, with every system that is there running beside the others."""
    names = [name for name in options.workloads if name in EVERY_MODEL or model.name == options.models[0]]
    if options.resume:
        names = [name for name in names if not kept.find(model.name, name)]
    for name in names:
        kept.forget(model.name, name)
    if not names:
        return
    repository = repository_of(model, options.data, WORK)
    version = version_of(model, repository)
    labels = [label["name"] for label in json.loads((version / INFO).read_text(encoding="utf-8"))["labels"]]
    with ExitStack() as running:
        systems = _started(running, left_out, version, labels, WORK / "logs" / model.name)
        stage = Stage(model, version, labels, systems, generator, scale, options.data, WORK)
        for name in names:
            print(f"{model.about}: {name}", file=sys.stderr, flush=True)
            stage.verdicts = {}
            kept.put(model.name, name, Measured(WORKLOADS[name](stage), stage.verdicts))


def _started(
    running: ExitStack, left_out: dict[str, str], version: Path, labels: Sequence[str], logs: Path
) -> dict[str, System]:
    """Start every system; a peer that does not start is left out from then on. `running` stops them."""
    systems: dict[str, System] = {}
    for kind in SYSTEMS:
        if kind.name in left_out:
            continue
        try:
            systems[kind.name] = running.enter_context(kind(version, labels, logs))
        except NotStartedError as error:
            if kind is Textgate:
                raise
            print(error, file=sys.stderr)
            left_out[kind.name] = str(error)
    return systems


def _rows(model: Model, kept: Kept) -> list[Row]:
    """All that is known of a model, workloads of earlier runs included."""
    found = [measured for name in WORKLOADS if (measured := kept.find(model.name, name))]
    return [row for measured in found for row in measured.rows] + [*verdict_rows(model.about, found, commit())]


def _scale(options: argparse.Namespace) -> Scale:
    chosen: dict[str, Any] = {
        field.name: getattr(options, field.name)
        for field in dataclasses.fields(Scale)
        if getattr(options, field.name, None) is not None
    }
    return dataclasses.replace(QUICK if options.quick else Scale(), **chosen)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the folders thucnews, trec and imdb")
    parser.add_argument("--quick", action="store_true", help="a minute to see that all works; records nothing")
    parser.add_argument("--models", nargs="+", choices=MODELS, help="all by default; the first has every workload")
    parser.add_argument("--workloads", nargs="+", choices=WORKLOADS, default=list(WORKLOADS), help="all by default")
    parser.add_argument("--rounds", type=int, help="medians are over so many")
    parser.add_argument("--seconds", type=float, help="of one measurement")
    parser.add_argument("--settling", type=float, help="seconds that Textgate is called first, and compiles meanwhile")
    parser.add_argument("--soak-calls", type=int, help="calls of the soak")
    parser.add_argument("--reloads", type=int, help="versions that are replaced under load")
    parser.add_argument("--resume", action="store_true", help="measure only what an earlier run did not come to")
    parser.add_argument("--note", default="", help="a sentence for the page, such as what else the machine did")
    options = parser.parse_args()
    options.models = options.models or list(MODELS)[: 1 if options.quick else None]
    return options


if __name__ == "__main__":
    sys.exit(main())
