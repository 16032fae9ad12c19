"""`python -m training evaluate`: how an exported version does on labelled texts."""

import argparse
import json
import sys

from training.cli.arguments import add_config_arguments, add_reading_arguments, config_from_arguments
from training.quiet_start import load_tensorflow

_DESCRIPTION = """\
Score labelled texts with an exported version and compare with their labels. Everything is taken from the version
directory: tokenizer, network, temperature, thresholds.
"""

_EPILOG = """\
examples:
  python -m training evaluate models/topics/3 held-out.csv
  python -m training evaluate models/topics held-out.tsv.gz      (the newest version)
  python -m training evaluate models/topics/3 mails.jsonl --text-column body --json

exit codes:
  0    measured
  1    measured, and the metric is below --fail-under
  2    the version cannot be opened, or the file not be read
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb `evaluate`."""
    parser = subparsers.add_parser(
        "evaluate",
        help="measure an exported version on any labelled file",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("version", metavar="VERSION_DIR", help="version directory, or model directory: its newest")
    parser.add_argument("file", metavar="FILE", help="labelled texts, in any format that train reads")
    add_reading_arguments(parser)
    add_config_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.add_argument(
        "--fail-under",
        type=float,
        metavar="SHARE",
        help="exit with 1 when accuracy (micro-F1 for several labels a text) is below this, such as 0.9",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Evaluate, print the figures, and return the exit code."""
    config = config_from_arguments(args)
    load_tensorflow(gpu=False)
    from training.cli.evaluate_text import evaluation_text  # libraries that --help need not wait for
    from training.corpus import describe_bad_rows, read_corpus
    from training.errors import CorpusError
    from training.evaluation import evaluate_scores
    from training.examples import Task
    from training.export.exported_model import ExportedModel
    from training.report.metrics_json import evaluation_dict

    model = ExportedModel.open(args.version)
    read = read_corpus(args.file, config.data, model.task)
    if read.bad_rows:
        print(describe_bad_rows(args.file, read.bad_rows), file=sys.stderr)
    if not len(read.corpus):
        raise CorpusError(f"{args.file} has no labelled texts to evaluate on")
    scores = model.scores(read.corpus.texts)
    evaluation = evaluate_scores(args.file, read.corpus, model.label_names, scores, model.thresholds)
    print(
        json.dumps({"directory": str(model.directory)} | evaluation_dict(evaluation), ensure_ascii=False)
        if args.json
        else evaluation_text(model, evaluation)
    )
    reached = evaluation.metrics["accuracy" if model.task is Task.MULTI_CLASS else "micro_f1"]
    return 1 if args.fail_under is not None and reached < args.fail_under else 0
