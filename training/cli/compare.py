"""`python -m training compare`: several configurations on the same texts, side by side."""

import argparse
import logging
import sys
from collections import Counter
from pathlib import Path

from training.cli.arguments import add_reading_arguments, add_setting_arguments
from training.cli.preset import config_with_preset
from training.config import DataConfig, ExportConfig, TrainingConfig
from training.errors import ConfigError
from training.presets import AUTO, PRESETS
from training.quiet_start import load_tensorflow

_DESCRIPTION = """\
Train several configurations on the same texts by the code of `train`, and set side by side how good each is on dev, how
long it trained, how many weights it has, and how long it takes to answer. The TF-IDF linear baseline is the first row.

Nothing is exported unless --export asks for it, and test is not looked at: choose here, then let `train` look once.
Milliseconds are a text's share of a call with 1 text and with 32, from string to scores, by the plain graph on this
machine; the service compiles, and is faster.
"""

_EPILOG = """\
examples:
  python -m training compare reviews.csv
  python -m training compare reviews.csv --architectures elman lstm bidirectional_lstm transformer
  python -m training compare train.tsv --dev dev.tsv --configs small.toml large.toml --set fit.epochs=5
  python -m training compare reviews.csv --presets speed balanced
  python -m training compare reviews.csv --architectures gru --set ngrams.enabled=no --json

Without --configs, --architectures and --presets these are compared: {default}.
--set holds for all of them. A file given by --configs may name the texts itself; all must name the same ones.

exit codes:
  0    all were compared
  1    some could not be trained to the end; the table has the others
  2    settings or texts are not as they must be; nothing was trained
  130  ended by Ctrl-C; the table has what was done by then
"""
_DEFAULT_ARCHITECTURES = ("elman", "lstm", "bidirectional_lstm", "transformer")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb `compare`."""
    parser = subparsers.add_parser(
        "compare",
        help="train several configurations side by side: accuracy, seconds, parameters, milliseconds a text",
        description=_DESCRIPTION,
        epilog=_EPILOG.format(default=", ".join(_DEFAULT_ARCHITECTURES)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("data.train", metavar="FILE", nargs="?", help="labelled texts, in any format that train reads")
    contenders = parser.add_argument_group("what is compared")
    contenders.add_argument(
        "--configs", nargs="+", default=[], metavar="FILE", help="TOML or JSON files of settings, one each"
    )
    contenders.add_argument(
        "--architectures",
        nargs="+",
        default=[],
        metavar="NAME",
        help="the default settings with these values of model.architecture, such as elman lstm transformer",
    )
    contenders.add_argument(
        "--presets", nargs="+", default=[], choices=(*PRESETS, AUTO), help="settings that go well together, by name"
    )
    contenders.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="one setting by its dotted path, for all of them, such as fit.epochs=5; may be repeated",
    )
    texts = parser.add_argument_group("labelled texts")
    add_setting_arguments(texts, "data", DataConfig, ("dev", "dev_fraction", "split_seed"))
    add_reading_arguments(parser)
    export = parser.add_argument_group("export")
    export.add_argument("--export", action="store_true", help="export each, as NAME-CONFIGURATION")
    add_setting_arguments(export, "export", ExportConfig, ("repository", "name"))
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Compare, print the table, and return the exit code."""
    configs = configs_from_arguments(args)
    load_tensorflow()
    from training.cli.comparison_text import comparison_json, comparison_text  # libraries that --help need not wait for
    from training.comparison import Contender, compare
    from training.progress import make_progress

    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it takes many networks in one process for a mistake
    contenders = [Contender(name, config) for name, config in configs.items()]
    rows, is_complete = [], True
    try:
        for row in compare(contenders, make_progress(sys.stderr), args.export):
            rows.append(row)  # one by one: what is done outlives Ctrl-C
    except KeyboardInterrupt:
        if not rows:
            raise
        is_complete = False
    print(comparison_json(rows, is_complete) if args.json else comparison_text(rows, is_complete))
    if not is_complete:
        return 130
    return 1 if configs.keys() - {row.name for row in rows} else 0


def configs_from_arguments(args: argparse.Namespace) -> dict[str, TrainingConfig]:
    """Name to configuration: those of files, presets, architectures.

    Raises:
        ConfigError: a setting is unknown or has a wrong value, two would have one name, or no texts are given.
    """
    found = [(Path(path).stem, _config(args, path=path)) for path in args.configs]
    found += [(name, _config(args, preset=name)) for name in args.presets]
    architectures = args.architectures or ([] if found else _DEFAULT_ARCHITECTURES)
    found += [(name, _config(args, f"model.architecture={name}")) for name in architectures]
    for name, count in Counter(name for name, _ in found).items():
        if count > 1:
            raise ConfigError(f"{count} of the configurations are called {name}: give their files different names")
    for name, config in found:
        if not config.data.train:
            raise ConfigError(f"{name} names no texts: give a file, as in python -m training compare reviews.csv")
    return dict(found)


def _config(
    args: argparse.Namespace, *settings: str, path: str | None = None, preset: str | None = None
) -> TrainingConfig:
    changes = {"config": path, "preset": preset, "overrides": [*settings, *args.overrides]}
    return config_with_preset(argparse.Namespace(**{**vars(args), **changes}))
