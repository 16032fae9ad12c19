"""`python -m training init`: a configuration file with every setting, to be changed by hand."""

import argparse
import sys
from pathlib import Path

from training.cli.arguments import add_config_arguments, add_data_arguments
from training.cli.preset import add_preset_argument, config_and_remarks
from training.config import config_to_toml
from training.errors import ConfigError

_DESCRIPTION = """\
Write a configuration file with every setting, its value and a line on what it is for. Change in it what you like, and
train with `--config FILE`. With `--preset auto --train FILE`, the texts choose, and their reasons are written beside.
"""

_EPILOG = """\
examples:
  python -m training init                                             textgate.toml with the defaults
  python -m training init --preset accuracy accurate.toml
  python -m training init --preset auto --train reviews.csv reviews.toml
  python -m training train --config reviews.toml

exit codes:
  0  the file was written
  2  it is there already (--force writes over it) or cannot be written, or a setting is not as it must be
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb `init`."""
    parser = subparsers.add_parser(
        "init",
        help="write a configuration file with every setting explained",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", nargs="?", default="textgate.toml", metavar="FILE", help="where to; - for stdout")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    add_preset_argument(parser)
    add_data_arguments(parser)
    add_config_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the file and return the exit code."""
    path = Path(args.file)
    if args.file != "-" and path.exists() and not args.force:
        raise ConfigError(f"{path} is there already: name another file, or write over it with --force")
    text = config_to_toml(*config_and_remarks(args))
    if args.file == "-":
        print(text)
        return 0
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
    print(f"Wrote {path}. Next:\n  python -m training train --config {path}", file=sys.stderr)
    return 0
