"""`python -m training check`: what is worth knowing about labelled texts before training on them."""

import argparse
import json
from dataclasses import replace

from training.cli.arguments import add_config_arguments, add_data_arguments, config_from_arguments
from training.config import TrainingConfig
from training.quiet_start import load_tensorflow

_DESCRIPTION = """\
Read labelled texts as `train` would and tell what could spoil a model or its figures: bad rows, classes that are
too small, the same text under different labels, texts that stand in two parts, empty and over-long texts, labels and
words of dev or test that train lacks.
"""

_EPILOG = """\
the files:
  CSV or TSV with a header, JSON Lines (all three with a text column and a label column), fastText lines with
  __label__ words, each also as .gz; or a folder with one folder of text files per class.
  In TSV a quote is a plain character; --format csv reads tab-separated files with quoted cells.
  Several labels a row: a JSON list, several __label__ words, or a|b with --label-separator '|'.

examples:
  python -m training check --train reviews.csv
  python -m training check --train train.tsv --dev dev.tsv --test test.tsv --json
  python -m training check --train mails.jsonl.gz --text-column body --label-column folder
  python -m training check --train old.csv --encoding gb18030 --on-bad-row skip
  python -m training check --train news/          (news/sports/001.txt, news/politics/001.txt, ...)

exit codes:
  0  nothing but information
  1  warnings: training works, but read them first
  2  errors: bad rows (unless --on-bad-row skip), no rows, fewer than two classes, or an unreadable file
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb `check`."""
    parser = subparsers.add_parser(
        "check",
        help="look at labelled texts before training on them",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data_arguments(parser)
    add_config_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check the parts, print the report, and return its exit code."""
    from training.checks import check_as_trained  # libraries that --help need not wait for
    from training.cli.tables import check_text
    from training.corpus import read_parts

    config = config_from_arguments(args)
    parts = read_parts(_reading_on(config).data)
    load_tensorflow(gpu=False)
    report = check_as_trained(parts, config)
    print(json.dumps(report.to_dict(), ensure_ascii=False, indent=2) if args.json else check_text(report))
    return report.exit_code


def _reading_on(config: TrainingConfig) -> TrainingConfig:
    """The configuration with bad rows skipped: they are findings here, beside all others."""
    return replace(config, data=replace(config.data, on_bad_row="skip"))
