"""Trains and tests every network on public data sets, beside the linear model and published results.

Each run is kept under build/accuracy and is not repeated: start again after an interruption, and it goes on.

Usage: python -m benchmarks.accuracy --data DIR [--sets trec snips] [--seeds 1]
"""

import argparse
import json
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.accuracy_page import NGRAMS, write_page
from benchmarks.accuracy_sets import SETS, AccuracySet
from benchmarks.record import commit, record

WORK = Path("build/accuracy")
ENCODINGS = {"BiLSTM, embedding": "embedding", "BiLSTM, one-hot": "one_hot"}
LINEAR = "TF-IDF linear"


def main() -> int:
    """Run what is missing, write results and page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with one folder a data set")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS), help="all by default")
    parser.add_argument("--seeds", type=int, default=1, help="runs of each network")
    parser.add_argument("--note", default="", help="a sentence for the page, such as what else the machine did")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        print(f"{arguments.data} is not a folder", file=sys.stderr)
        return 2
    for name in arguments.sets:
        for model in ENCODINGS:
            for seed in range(arguments.seeds):
                if not _run_file(name, model, seed).exists():
                    _run(arguments.data / name, name, model, seed)
    rows = [row for name in SETS for row in _rows(name)]
    record("accuracy", rows)
    write_page(rows, arguments.note)
    return 0


def _run_file(name: str, model: str, seed: int) -> Path:
    return WORK / f"{name}-{ENCODINGS[model]}-{seed}.json"


def _run(folder: Path, name: str, model: str, seed: int) -> None:
    from training.config import load_config
    from training.progress import make_progress
    from training.run import run_training

    print(f"\n{name}: {model}, seed {seed}", flush=True)
    data_set = SETS[name]
    files = {part: folder / f"{part}.{data_set.suffix}" for part in ("train", "dev", "test")}
    if not data_set.has_dev:
        del files["dev"]
    settings = [
        *(f"data.{part}={path}" for part, path in files.items()),
        f"model.encoding={ENCODINGS[model]}",
        f"fit.seed={seed}",
        f"baseline.enabled={'yes' if seed == 0 else 'no'}",
        f"export.name={name}-{ENCODINGS[model]}",
        f"export.repository={WORK / 'models'}",
    ]
    result = run_training(load_config(None, settings), make_progress())
    outcome = _outcome(result.record, data_set)
    WORK.mkdir(parents=True, exist_ok=True)
    _run_file(name, model, seed).write_text(json.dumps(outcome, indent=2) + "\n", encoding="utf-8")


def _outcome(run: Any, data_set: AccuracySet) -> dict[str, Any]:
    seen = {example.text for example in _train_examples(run)} if data_set.unseen else set()
    evaluations = {"network": run.ngrams.network_alone, "pooled": run.evaluation, "linear": run.baseline}
    outcome: dict[str, Any] = {
        "metric": data_set.metric,
        **{key: evaluation.metrics for key, evaluation in evaluations.items() if evaluation},
        "seconds": run.seconds,
        "parameters": {
            "network": run.parameter_count,
            "pooled": run.parameter_count + run.ngrams.parameter_count,
        },
        "commit": commit(),
    }
    if data_set.unseen:
        outcome["unseen"] = {
            key: _unseen_accuracy(run, evaluation, seen) for key, evaluation in evaluations.items() if evaluation
        }
    return outcome


def _train_examples(run: Any) -> Any:
    from training.corpus import read_corpus

    return read_corpus(run.config.data.train, run.config.data).corpus.examples


def _unseen_accuracy(run: Any, evaluation: Any, seen: set[str]) -> float:
    from training.corpus import read_corpus

    test = read_corpus(run.config.data.test, run.config.data).corpus.texts
    unseen = sum(1 for text in test if text not in seen)
    wrong = sum(1 for mistake in evaluation.mistakes if mistake.text not in seen)
    return 1 - wrong / unseen


def _rows(name: str) -> Iterator[dict[str, Any]]:
    for model in ENCODINGS:
        paths = sorted(WORK.glob(f"{name}-{ENCODINGS[model]}-*.json"))
        runs = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
        if not runs:
            continue
        if model == next(iter(ENCODINGS)):
            yield from _model_rows(name, LINEAR, [run for run in runs if "linear" in run][:1], "linear")
        yield from _model_rows(name, model, runs, "network")
        yield from _model_rows(name, model + NGRAMS, runs, "pooled")


def _model_rows(name: str, model: str, runs: list[dict[str, Any]], key: str) -> Iterator[dict[str, Any]]:
    metric = SETS[name].metric
    yield _row(name, model, metric, [run[key][metric] for run in runs], runs, key)
    if metric == "micro_f1":
        yield _row(name, model, "macro_f1", [run[key]["macro_f1"] for run in runs], runs, key)
    if SETS[name].unseen:
        yield _row(name, model, "accuracy, unseen texts", [run["unseen"][key] for run in runs], runs, key)


def _row(
    name: str, model: str, metric: str, values: list[float], runs: list[dict[str, Any]], key: str
) -> dict[str, Any]:
    network = key != "linear"
    return {
        "set": name,
        "model": model,
        "preset": "default",
        "metric": metric,
        "mean": round(100 * statistics.mean(values), 2),
        "spread": round(100 * statistics.stdev(values), 2) if len(values) > 1 else None,
        "seeds": len(values),
        "train_seconds": round(statistics.mean(run["seconds"] for run in runs)) if network else None,
        "parameters": runs[0]["parameters"][key] if network else None,
        "commit": runs[0]["commit"],
    }


if __name__ == "__main__":
    sys.exit(main())
