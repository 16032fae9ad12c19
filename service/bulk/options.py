"""The command line of `python -m service score`."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from service.bulk.output import FORMATS as OUTPUT_FORMATS
from service.bulk.rows import FORMATS, STANDARD_INPUT

_DESCRIPTION = """\
Score every text of a file with a model of the repository, by the engine that serves, without a server. Any number of
rows takes the same memory. Answers come in the order of the rows.
"""

_EPILOG = """\
what goes in, by the name of the file (each also .gz) or --input-format:
  lines      a text a line; any other file, and - for standard input
  jsonl      an object a line; --text-field names the key
  csv, tsv   with a head; --text-field names the column
what comes out, one row a text:
  jsonl      {"source": "file:line", "text": ..., "labels": [...], "scores": {label: score, ...}}
  csv        source, text, labels (several are joined by |), label_1, score_1, ... up to --top-k

examples:
  python -m service score mails.csv --repository models --model topics --output scored.jsonl
  python -m service score mails.csv --repository models --model topics --output scored.jsonl --resume
  zcat texts.gz | python -m service score - --repository models > scored.jsonl

exit codes:
  0    every text was scored
  1    some rows were bad and left out (--on-bad-row skip)
  2    the file, the model or the output is not as it must be
  130  ended by Ctrl-C; --resume goes on from there
"""


def parse_options(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; exits with 2 when it makes no sense."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.output is None and (options.json or options.resume or options.force):
        parser.error("--json, --resume and --force need --output FILE")
    if options.file == STANDARD_INPUT and options.resume:
        parser.error("--resume cannot know what of standard input was scored: give a file")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m service score",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    repository = os.environ.get("TEXTGATE_REPOSITORY")
    parser.add_argument("file", metavar="FILE", help="texts; - for standard input")
    parser.add_argument(
        "--repository",
        type=Path,
        required=not repository,
        default=repository and Path(repository),
        metavar="DIRECTORY",
        help="directory of models (or TEXTGATE_REPOSITORY)",
    )
    parser.add_argument("--model", default="", metavar="NAME", help="may be left out where there is one model")
    parser.add_argument("--version", type=_positive, metavar="N", help="of the model (default: the newest)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to; standard output when absent")
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument("--resume", action="store_true", help="go on with an output that was broken off")
    existing.add_argument("--force", action="store_true", help="write over an output that is there")
    parser.add_argument("--format", choices=OUTPUT_FORMATS, default="jsonl", help="how to write (default: jsonl)")
    parser.add_argument("--input-format", choices=FORMATS, help="how FILE is written; by its name when absent")
    parser.add_argument(
        "--text-field", default="text", metavar="NAME", help="key or column of the text (default: text)"
    )
    parser.add_argument("--on-bad-row", choices=("fail", "skip"), default="fail", help="default: fail")
    parser.add_argument(
        "--top-k", type=_positive, default=1, metavar="K", help="labels with scores, best first (default: 1)"
    )
    parser.add_argument("--min-score", type=_share, default=0.0, metavar="S", help="no label that scores less than S")
    parser.add_argument(
        "--on-too-long",
        choices=("truncate", "chunk"),
        default="truncate",
        help="what to do with a text longer than the model takes (default: truncate)",
    )
    parser.add_argument(
        "--compile-seconds", type=float, default=10.0, metavar="S", help="spent on compiling at the start (default: 10)"
    )
    parser.add_argument("--json", action="store_true", help="at the end print the figures as JSON; needs --output")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise ValueError
    return share
