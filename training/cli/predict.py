"""`python -m training predict`: labels for texts that have none."""

import argparse
import sys
from collections.abc import Iterable, Iterator

from training.cli.arguments import add_config_arguments, add_setting_arguments, config_from_arguments
from training.config import DataConfig
from training.corpus import BadRow, UnlabelledText, describe_bad_rows, read_texts
from training.quiet_start import load_tensorflow

_DESCRIPTION = """\
Label texts with an exported version, as a stream: nothing of the file stays in memory. A table or JSON Lines file gives
its text column; any other file, and standard input, holds one text a line.
"""

_EPILOG = """\
what comes out, one row a text, in order:
  csv    columns source, text, labels (several are joined by |), then label_1, score_1, ... up to --top-k
  jsonl  {"source": ..., "text": ..., "labels": [...], "scores": {label: score, ...}}, the best --top-k scores

examples:
  python -m training predict models/topics texts.txt > labelled.csv
  python -m training predict models/topics/3 mails.jsonl --text-column body --format jsonl --output labelled.jsonl
  echo "what a lovely day" | python -m training predict models/topics - --top-k 3

exit codes:
  0    every text was labelled
  1    some rows were bad and left out (--on-bad-row skip)
  2    the version cannot be opened, or the file not be read
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb `predict`."""
    parser = subparsers.add_parser(
        "predict",
        help="label texts with an exported version",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("version", metavar="VERSION_DIR", help="version directory, or model directory: its newest")
    parser.add_argument("file", metavar="FILE", help="texts; - for standard input")
    parser.add_argument("--output", metavar="FILE", help="where to write; standard output when absent")
    parser.add_argument("--format", choices=("csv", "jsonl"), default="csv", help="how to write (default: csv)")
    parser.add_argument(
        "--top-k",
        type=_count,
        default=1,
        metavar="K",
        help="labels with scores a text, best first; 0: all (default: 1)",
    )
    group = parser.add_argument_group("how the file is written")
    group.add_argument(
        "--input-format",
        dest="data.format",
        choices=("csv", "tsv", "jsonl"),
        help="of FILE; seen from name and content when absent",
    )
    add_setting_arguments(group, "data", DataConfig, ("text_column", "encoding", "on_bad_row"))
    add_config_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Label the texts and return the exit code."""
    config = config_from_arguments(args)
    load_tensorflow(gpu=False)
    from training.cli.prediction_writers import make_writer, open_output  # libraries that --help need not wait for
    from training.export.exported_model import ExportedModel
    from training.prediction import label_texts
    from training.progress import make_progress

    model = ExportedModel.open(args.version)
    bad_rows: list[BadRow] = []
    rows = read_texts(args.file, config.data)
    predictions = label_texts(model, _good_rows(rows, bad_rows), args.top_k, make_progress(sys.stderr))
    with open_output(args.output) as file:
        make_writer(args.format, file, model.label_names, args.top_k)(predictions)
    if bad_rows:
        print(describe_bad_rows(args.file, bad_rows), file=sys.stderr)
    return 1 if bad_rows else 0


def _good_rows(rows: Iterable[UnlabelledText | BadRow], bad_rows: list[BadRow]) -> Iterator[UnlabelledText]:
    """The texts; the bad rows are put aside."""
    for row in rows:
        if isinstance(row, BadRow):
            bad_rows.append(row)
        else:
            yield row


def _count(text: str) -> int:
    count = int(text)
    if count < 0:
        raise ValueError
    return count
